using Notify.Core.Analytics;
using Notify.Core.Events;
using Notify.Storage;

namespace Notify.Core.Triggers;

/// <summary>Publishes events about notifications that were accepted or cancelled, and counts those that were accepted.</summary>
internal sealed class NotificationEvents(CountRecorder counts, EventSinks sinks, IdGenerator ids, TimeProvider time)
{
    public void PublishAccepted(EnqueueRequest stored)
    {
        var notification = stored.Notification;
        counts.Add(
            Counts.Create(notification.Tenant, AnalyticsMeasure.Accepted, notification.AcceptedAt) with
            {
                Template = notification.Trigger.Template,
                Workflow = notification.Trigger.Workflow,
                Category = notification.Trigger.Category,
            }
        );
        if (sinks.Want(NotifyEventTypes.NotificationAccepted))
            sinks.Publish(CreateAccepted(stored));
    }

    public void PublishCancelled(string tenant, Guid notificationId, Cancellation result)
    {
        if (result.Cancelled + result.Collected > 0 && sinks.Want(NotifyEventTypes.NotificationCancelled))
            sinks.Publish(CreateCancelled(tenant, notificationId, result));
    }

    private static NotifyEvent CreateAccepted(EnqueueRequest stored)
    {
        var notification = stored.Notification;
        return new NotifyEvent
        {
            Id = EventIds.Compute(notification.Id, NotifyEventTypes.NotificationAccepted, 0),
            Type = NotifyEventTypes.NotificationAccepted,
            OccurredAt = notification.AcceptedAt,
            Tenant = notification.Tenant,
            Data = new NotificationAcceptedData
            {
                NotificationId = notification.Id,
                User = notification.Trigger.To is [{ Kind: RecipientKind.User } only] ? only.Value : null,
                Priority = notification.Trigger.Priority,
                Deliveries = stored.Deliveries.Count,
                Topics = stored.Expansions.Count,
                Template = notification.Trigger.Template,
                Workflow = notification.Trigger.Workflow,
                Category = notification.Trigger.Category,
                Reference = notification.Trigger.Reference,
                Tags = notification.Trigger.Tags,
                Metadata = notification.Trigger.Metadata,
            },
        };
    }

    private NotifyEvent CreateCancelled(string tenant, Guid notificationId, Cancellation result)
    {
        var now = time.GetUtcNow();
        return new NotifyEvent
        {
            Id = ids.Create(now),
            Type = NotifyEventTypes.NotificationCancelled,
            OccurredAt = now,
            Tenant = tenant,
            Data = new NotificationCancelledData
            {
                NotificationId = notificationId,
                Cancelled = result.Cancelled,
                InFlight = result.InFlight,
                Ended = result.Ended,
                Collected = result.Collected,
            },
        };
    }
}
