using FirebaseAdmin.Messaging;
using Notify.Delivering;
using Notify.Providers.Fcm;
using Notify.Providers.Http;

namespace Notify.Providers.FirebaseAdmin;

/// <summary>
/// What the SDK's answers mean: what FCM answered, by the table of the FCM provider, and beside it what is the SDK's own. Its
/// messages repeat what was sent, so none of them becomes a reason.
/// </summary>
internal static class FirebaseAdminOutcomes
{
    public static Outcome InvalidMessage { get; } = Outcome.Rejected("the Firebase Admin SDK finds the message invalid");

    public static Outcome CredentialsRefused { get; } = Outcome.ProviderFailed("Google refused the credentials");

    public static Outcome NotUnderstood { get; } =
        Outcome.AnswerLost("an answer that the Firebase Admin SDK does not understand");

    public static Outcome TimedOut { get; } =
        Outcome.AnswerLost("no answer within the Firebase app's own timeout", isProviderFailure: true);

    /// <param name="exception">What the SDK threw.</param>
    /// <param name="isDevice">Whether the message went to one device: nothing else can be gone.</param>
    /// <param name="time">The clock that a Retry-After is compared with.</param>
    /// <param name="cancellationToken">Ends the reading of the answer.</param>
    public static async ValueTask<Outcome> OfAsync(
        FirebaseMessagingException exception,
        bool isDevice,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (exception.HttpResponse is not { } response)
        {
            return exception.InnerException is HttpRequestException lost
                ? HttpFailures.CreateVendorOutcome(null, lost)
                : Outcome.AnswerLost("the connection to Firebase failed", isProviderFailure: true);
        }

        // The message was taken over, only what FCM said of it could not be read: to send it again would send it twice.
        if (response.IsSuccessStatusCode)
            return Outcome.Accepted();

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return FcmOutcomes.Of(response.StatusCode, FcmError.Parse(body), HttpFailures.RetryAfter(response, time), isDevice);
    }
}
