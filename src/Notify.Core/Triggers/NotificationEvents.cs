using Notify.Storage;

namespace Notify.Core.Triggers;

/// <summary>Publishes accepted notifications to sinks.</summary>
internal sealed class NotificationEvents(IEnumerable<INotificationEventSink> sinks)
{
    private readonly INotificationEventSink[] _sinks = [.. sinks];

    public void Publish(EnqueueRequest stored)
    {
        if (_sinks.Length == 0)
            return;

        var accepted = CreateEvent(stored);
        foreach (var sink in _sinks)
            sink.Publish(accepted);
    }

    private static NotificationEvent CreateEvent(EnqueueRequest stored)
    {
        var notification = stored.Notification;
        return new NotificationEvent
        {
            Tenant = notification.Tenant,
            NotificationId = notification.Id,
            UserId = notification.Trigger.To is [{ Kind: RecipientKind.User } only] ? only.Value : null,
            Priority = notification.Trigger.Priority,
            Deliveries = stored.Deliveries.Count,
            Expansions = stored.Expansions.Count,
            AcceptedAt = notification.AcceptedAt,
            Reference = notification.Trigger.Reference,
            Tags = notification.Trigger.Tags,
            Metadata = notification.Trigger.Metadata,
        };
    }
}
