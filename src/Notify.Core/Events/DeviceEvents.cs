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
        Publish(type, device.Tenant, data);
    }

    public void Publish(string type, string tenant, DeviceEventData data)
    {
        var now = time.GetUtcNow();
        sinks.Publish(
            new NotifyEvent
            {
                Id = ids.Create(now),
                Type = type,
                OccurredAt = now,
                Tenant = tenant,
                Data = data,
            }
        );
    }
}
