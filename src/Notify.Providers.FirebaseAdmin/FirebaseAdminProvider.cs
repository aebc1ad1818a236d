using FirebaseAdmin.Messaging;
using Google.Apis.Auth.OAuth2.Responses;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json;

namespace Notify.Providers.FirebaseAdmin;

/// <summary>Sends push messages through the Firebase Admin SDK.</summary>
internal sealed class FirebaseAdminProvider(
    string name,
    FirebaseMessaging messaging,
    bool dryRun,
    TimeProvider time,
    ILogger<FirebaseAdminProvider> logger
) : IDeliveryProvider
{
    public string Name => name;

    public Channel Channel => Channel.Push;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var outcome = await TrySendAsync(delivery, cancellationToken).ConfigureAwait(false);
        if (outcome.IsProviderFailure)
            Log.VendorFailed(logger, name, outcome.Reason);
        return outcome;
    }

    private async ValueTask<Outcome> TrySendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            var message = MessageComposer.Compose(delivery, time.GetUtcNow());
            return await SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (FirebaseMessagingException exception)
        {
            return await FirebaseAdminOutcomes
                .CreateAsync(exception, FcmTarget.IsDevice(delivery.To), time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TokenResponseException)
        {
            return FirebaseAdminOutcomes.CredentialsRefused;
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException)
        {
            // The SDK validates a message before it sends it. The text of its exception may quote the message, so it is dropped.
            return FirebaseAdminOutcomes.InvalidMessage;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return FirebaseAdminOutcomes.TimedOut;
        }
    }

    private async ValueTask<Outcome> SendAsync(Message message, CancellationToken cancellationToken)
    {
        try
        {
            return Outcome.Sent(await messaging.SendAsync(message, dryRun, cancellationToken).ConfigureAwait(false));
        }
        catch (NullReferenceException)
        {
            // The SDK throws a NullReferenceException for a success without a body. A proxy may have sent that success, so it
            // does not prove that FCM accepted the message.
            return FirebaseAdminOutcomes.NotUnderstood;
        }
    }
}
