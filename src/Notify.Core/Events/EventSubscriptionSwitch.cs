using Microsoft.Extensions.Logging;
using Notify.Providers;

namespace Notify.Core.Events;

/// <summary>Disables the subscriptions of endpoints that are gone, as the Standard Webhooks specification asks.</summary>
internal sealed class EventSubscriptionSwitch(
    EventSubscriptionDocuments documents,
    EventSubscriptionCache cache,
    TimeProvider time,
    ILogger<EventSubscriptionSwitch> logger
)
{
    /// <summary>
    /// Disables the subscription for which a delivery carried an event, unless it has another URL by now.
    /// </summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="reason">The reason, such as the status that the endpoint answered.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async ValueTask DisableAsync(Delivery delivery, string reason, CancellationToken cancellationToken)
    {
        var id = EventForwarder.GetSubscription(delivery);
        var now = time.GetUtcNow();
        if (await documents.UpdateAsync(delivery.Tenant, id, Disable, cancellationToken).ConfigureAwait(false))
            Log.SubscriptionDisabled(logger, id, delivery.Tenant);
        cache.Forget();

        ReadOnlyMemory<byte>? Disable(ReadOnlyMemory<byte>? content) =>
            content is { } found
            && StoredEventSubscription.Read(found) is { IsEnabled: true } stored
            && stored.Url == delivery.To.Value
                ? (stored with { IsEnabled = false, DisabledBecause = reason, UpdatedAt = now }).Write()
                : null;
    }
}
