using Notify.Providers;

namespace Notify.Core.Events;

/// <summary>Publishes events about devices.</summary>
internal sealed class DeviceEvents(EventSinks sinks, IdGenerator ids, TimeProvider time)
{
    /// <summary>Determines whether any sink wants events of a type.</summary>
    public bool AreWanted(string type) => sinks.Want(type);

    public void Publish(string type, Device device)
    {
        if (!AreWanted(type))
            return;

        var data = new DeviceEventData
        {
            DeviceId = device.Id,
            User = device.UserId,
            Platform = device.Platform,
            App = device.App,
        };
        Publish(ids.Create(time.GetUtcNow()), type, device.Tenant, data);
    }

    /// <summary>Publishes that a vendor reported the token of a delivery as dead.</summary>
    public void PublishPruned(Delivery delivery, DeviceEventData data)
    {
        const string Type = NotifyEventTypes.DevicePruned;
        Publish(EventIds.Compute(delivery.Id, Type, 0), Type, delivery.Tenant, data);
    }

    private void Publish(Guid id, string type, string tenant, DeviceEventData data) =>
        sinks.Publish(
            new NotifyEvent
            {
                Id = id,
                Type = type,
                OccurredAt = time.GetUtcNow(),
                Tenant = tenant,
                Data = data,
            }
        );
}
