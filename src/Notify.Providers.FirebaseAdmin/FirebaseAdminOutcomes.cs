using FirebaseAdmin.Messaging;
using Notify.Providers.Fcm;
using Notify.Providers.Http;

namespace Notify.Providers.FirebaseAdmin;

/// <summary>
/// Maps the SDK's results to outcomes. FCM's answers are mapped as in the FCM provider; errors that originate in the SDK are
/// mapped here. The SDK's messages may quote what was sent, so they never become a reason.
/// </summary>
internal static class FirebaseAdminOutcomes
{
    public static Outcome InvalidMessage { get; } = Outcome.Rejected("the Firebase Admin SDK considers the message invalid");

    public static Outcome CredentialsRefused { get; } = Outcome.ProviderFailed("Google refused the credentials");

    public static Outcome NotUnderstood { get; } = Outcome.AnswerLost("the Firebase Admin SDK could not read the answer");

    public static Outcome TimedOut { get; } =
        Outcome.AnswerLost("no answer within the timeout of the Firebase app", isProviderFailure: true);

    /// <summary>Creates the outcome of an exception that the SDK threw.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="isDevice">
    /// Whether the message went to one device. Only a device can be gone, never a topic or condition.
    /// </param>
    /// <param name="time">The clock with which Retry-After is compared.</param>
    /// <param name="cancellationToken">Cancels reading the answer.</param>
    public static async ValueTask<Outcome> CreateAsync(
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

        // FCM accepted the message, but its answer could not be read. Sending again would duplicate the message.
        if (response.IsSuccessStatusCode)
            return Outcome.Sent();

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return FcmOutcomes.Create(response.StatusCode, FcmError.Parse(body), HttpFailures.RetryAfter(response, time), isDevice);
    }
}
