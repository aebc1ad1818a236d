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
    /// <summary>What a 429 without Retry-After means (Firebase, "Best practices when sending FCM messages at scale").</summary>
    private static readonly TimeSpan QuotaRefills = TimeSpan.FromMinutes(1);

    public static Outcome InvalidMessage { get; } = Outcome.Rejected("the Firebase Admin SDK finds the message invalid");

    public static Outcome CredentialsRefused { get; } = Outcome.ProviderFailed("Google refused the credentials");

    public static Outcome TimedOut { get; } = Outcome.ProviderFailed("no answer within the Firebase app's own timeout");

    /// <param name="exception">What the SDK threw.</param>
    /// <param name="isDevice">Whether the message went to one device: nothing else can be gone.</param>
    /// <param name="time">The clock that a Retry-After is compared with.</param>
    public static Outcome Of(FirebaseMessagingException exception, bool isDevice, TimeProvider time)
    {
        var after = exception.HttpResponse is { } response ? HttpFailures.RetryAfter(response, time) : null;
        return exception.MessagingErrorCode switch
        {
            MessagingErrorCode.Unregistered => Gone("UNREGISTERED", isDevice),
            MessagingErrorCode.SenderIdMismatch => Gone("SENDER_ID_MISMATCH", isDevice),
            MessagingErrorCode.InvalidArgument => Outcome.Rejected("INVALID_ARGUMENT"),
            MessagingErrorCode.QuotaExceeded => Outcome.Throttled("QUOTA_EXCEEDED", after ?? QuotaRefills),
            MessagingErrorCode.ThirdPartyAuthError =>
                Outcome.ProviderFailed("THIRD_PARTY_AUTH_ERROR: the project's APNs or web push key is missing or wrong", after),
            MessagingErrorCode.Unavailable => Outcome.ProviderFailed("UNAVAILABLE", after),
            MessagingErrorCode.Internal => Outcome.Retry("INTERNAL", after),
            _ when exception.HttpResponse is { } unexplained => Of(unexplained.StatusCode, after),
            _ => exception.InnerException is HttpRequestException lost
                ? HttpFailures.Unreachable(lost)
                : Outcome.ProviderFailed("the connection to Firebase failed"),
        };
    }

    private static Outcome Gone(string reason, bool isDevice) =>
        isDevice ? Outcome.RecipientGone(reason) : Outcome.Rejected(reason);

    private static Outcome Of(HttpStatusCode status, TimeSpan? after)
    {
        var reason = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)status}");
        return status switch
        {
            < HttpStatusCode.MultipleChoices => Outcome.Retry($"{reason} with a body that FCM does not document"),
            HttpStatusCode.TooManyRequests => Outcome.Throttled(reason, after ?? QuotaRefills),
            // A project that does not exist or has not enabled the service: a fault of the set-up, which must prune nobody.
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound =>
                Outcome.ProviderFailed(reason, after),
            HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError => Outcome.Retry(reason, after),
            > HttpStatusCode.InternalServerError => Outcome.ProviderFailed(reason, after),
            _ => Outcome.Rejected(reason),
        };
    }
}
