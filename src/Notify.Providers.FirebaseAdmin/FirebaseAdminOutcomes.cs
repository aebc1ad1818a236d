using System.Globalization;
using System.Net;
using FirebaseAdmin.Messaging;
using Notify.Delivering;
using Notify.Providers.Http;

namespace Notify.Providers.FirebaseAdmin;

/// <summary>
/// What the SDK's answers mean, by the names of FCM's <c>ErrorCode</c> reference. The SDK's own messages repeat what was sent, so
/// none of them becomes a reason.
/// </summary>
internal static class FirebaseAdminOutcomes
{
    public static Outcome InvalidMessage { get; } = Outcome.Rejected("the Firebase Admin SDK finds the message invalid");

    public static Outcome CredentialsRefused { get; } = Outcome.ProviderFailed("Google refused the credentials");

    public static Outcome TimedOut { get; } = Outcome.ProviderFailed("no answer within the Firebase app's own timeout");

    public static Outcome Of(FirebaseMessagingException exception, TimeProvider time)
    {
        var after = exception.HttpResponse is { } response ? HttpFailures.RetryAfter(response, time) : null;
        return exception.MessagingErrorCode switch
        {
            MessagingErrorCode.Unregistered => Outcome.RecipientGone("UNREGISTERED"),
            MessagingErrorCode.SenderIdMismatch => Outcome.RecipientGone("SENDER_ID_MISMATCH"),
            MessagingErrorCode.InvalidArgument => Outcome.Rejected("INVALID_ARGUMENT"),
            MessagingErrorCode.QuotaExceeded => Outcome.Throttled("QUOTA_EXCEEDED", after),
            MessagingErrorCode.ThirdPartyAuthError =>
                Outcome.ProviderFailed("THIRD_PARTY_AUTH_ERROR: the project's APNs or web push key is missing or wrong"),
            MessagingErrorCode.Unavailable => Outcome.ProviderFailed("UNAVAILABLE", after),
            MessagingErrorCode.Internal => Outcome.ProviderFailed("INTERNAL", after),
            _ when exception.HttpResponse is { } unexplained => Of(unexplained.StatusCode, after),
            _ => exception.InnerException is HttpRequestException lost
                ? HttpFailures.Unreachable(lost)
                : Outcome.ProviderFailed("the connection to Firebase failed"),
        };
    }

    private static Outcome Of(HttpStatusCode status, TimeSpan? after)
    {
        var reason = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)status}");
        return status switch
        {
            < HttpStatusCode.MultipleChoices => Outcome.Retry($"{reason} with a body that FCM does not document"),
            HttpStatusCode.TooManyRequests => Outcome.Throttled(reason, after),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Outcome.ProviderFailed($"{reason}: the credentials were refused"),
            // Without UNREGISTERED it is the project or the URL that was not found.
            HttpStatusCode.NotFound => Outcome.ProviderFailed(reason),
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => Outcome.ProviderFailed(reason, after),
            _ => Outcome.Rejected(reason),
        };
    }
}
