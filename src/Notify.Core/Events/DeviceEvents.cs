using Notify.Providers;

namespace Notify.Core.Events;

/// <summary>Publishes events about devices.</summary>
internal sealed class DeviceEvents(EventPublisher publisher, IdGenerator ids, TimeProvider time)
{
    /// <summary>Determines whether anything wants events that a token of a tenant is dead.</summary>
    public ValueTask<bool> ArePrunedWantedAsync(string tenant, CancellationToken cancellationToken) =>
        publisher.AreWantedAsync(tenant, NotifyEventTypes.DevicePruned, cancellationToken);

    public async ValueTask PublishAsync(string type, Device device, CancellationToken cancellationToken)
    {
        if (!await publisher.AreWantedAsync(device.Tenant, type, cancellationToken).ConfigureAwait(false))
            return;

        var data = new DeviceEventData
        {
            DeviceId = device.Id,
            User = device.UserId,
            Platform = device.Platform,
            App = device.App,
        };
        var id = ids.Create(time.GetUtcNow());
        await PublishAsync(id, type, device.Tenant, data, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Publishes that a vendor reported the token of a delivery as dead.</summary>
    public ValueTask PublishPrunedAsync(Delivery delivery, DeviceEventData data, CancellationToken cancellationToken)
    {
        const string Type = NotifyEventTypes.DevicePruned;
        return PublishAsync(EventIds.Compute(delivery.Id, Type, 0), Type, delivery.Tenant, data, cancellationToken);
    }

    private ValueTask PublishAsync(
        Guid id,
        string type,
        string tenant,
        DeviceEventData data,
        CancellationToken cancellationToken
    ) =>
        publisher.PublishAsync(
            new NotifyEvent
            {
                Id = id,
                Type = type,
                OccurredAt = time.GetUtcNow(),
                Tenant = tenant,
                Data = data,
            },
            cancellationToken
        );
}
