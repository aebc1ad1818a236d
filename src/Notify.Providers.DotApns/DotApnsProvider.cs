using dotAPNS;
using Microsoft.Extensions.Logging;
using Notify.Providers.Apns;

namespace Notify.Providers.DotApns;

/// <summary>Sends push messages through a dotAPNS client.</summary>
internal sealed class DotApnsProvider(string name, IApnsClient client, PushComposer composer, ILogger<DotApnsProvider> logger)
    : IDeliveryProvider
{
    public string Name => name;

    public Channel Channel => Channel.Push;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (PushComposer.FindError(delivery) is { } error)
            return Outcome.Rejected(error);

        var outcome = await TrySendAsync(delivery, cancellationToken).ConfigureAwait(false);
        if (outcome.IsProviderFailure)
            Log.VendorFailed(logger, name, outcome.Reason);
        return outcome;
    }

    private async ValueTask<Outcome> TrySendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var exchange = Exchange.Begin(delivery.Id);
        try
        {
            var response = await client.SendAsync(composer.Compose(delivery), cancellationToken).ConfigureAwait(false);
            return DotApnsOutcomes.Create(response, exchange);
        }
        catch (ApnsCertificateExpiredException)
        {
            return DotApnsOutcomes.CertificateExpired;
        }
        catch (Exception exception)
            when (exchange.Failure is not null && exception is HttpRequestException or OperationCanceledException)
        {
            return exchange.Failure!;
        }
        catch (HttpRequestException exception)
        {
            return ApnsOutcomes.Create(null, exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return DotApnsOutcomes.TimedOut;
        }
    }
}
