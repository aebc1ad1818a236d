using Notify.Core.Analytics;
using Notify.Core.Events;
using Notify.Storage;

namespace Notify.Core.Triggers;

/// <summary>Publishes events about notifications that were accepted or cancelled, and counts those that were accepted.</summary>
internal sealed class NotificationEvents(
    CountRecorder counts,
    EventSinks sinks,
    EventForwarder forwarder,
    EventPublisher publisher,
    INotificationStore notifications,
    IdGenerator ids,
    TimeProvider time
)
{
    /// <summary>
    /// Creates the notifications that carry the events of notifications to their subscribers. They are stored in the same write.
    /// </summary>
    /// <returns>The notifications, each with the index of the one that it reports; null if there are none.</returns>
    public async ValueTask<List<(int Index, EnqueueRequest Request)>?> HoldAcceptedAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        List<(int, EnqueueRequest)>? held = null;
        for (var i = 0; i < requests.Count; i++)
        {
            var subscribers = await forwarder
                .FindSubscribersAsync(requests[i].Notification.Tenant, NotifyEventTypes.NotificationAccepted, cancellationToken)
                .ConfigureAwait(false);
            if (subscribers.Count > 0)
                (held ??= []).AddRange(forwarder.Hold(subscribers, CreateAccepted(requests[i])).Select(one => (i, one)));
        }

        return held;
    }

    /// <summary>Sends the held events of notifications that were stored, and withdraws the others.</summary>
    public async ValueTask ReleaseAcceptedAsync(
        List<(int Index, EnqueueRequest Request)> held,
        IReadOnlyList<EnqueueResult> results
    )
    {
        var isStored = held.ToLookup(one => results[one.Index].Status == EnqueueStatus.Stored, one => one.Request);
        await forwarder.PublishAsync([.. isStored[true]], CancellationToken.None).ConfigureAwait(false);
        await forwarder.WithdrawAsync([.. isStored[false]]).ConfigureAwait(false);
    }

    /// <summary>Gives back the slots of held events of which it is unknown whether they were stored.</summary>
    public void LeaveAccepted(List<(int Index, EnqueueRequest Request)> held) =>
        forwarder.Leave([.. held.Select(one => one.Request)]);

    /// <summary>Counts a notification that was stored, and publishes it to the sinks and to the subscriptions.</summary>
    public async ValueTask PublishAcceptedAsync(EnqueueRequest stored, CancellationToken cancellationToken)
    {
        PublishAccepted(stored);
        var subscribers = await forwarder
            .FindSubscribersAsync(stored.Notification.Tenant, NotifyEventTypes.NotificationAccepted, cancellationToken)
            .ConfigureAwait(false);
        if (subscribers.Count > 0)
            await forwarder.ForwardAsync(subscribers, CreateAccepted(stored), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Counts a notification that was stored, and publishes it to the sinks.</summary>
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

    /// <summary>Publishes that a notification was cancelled, unless it carries an event itself.</summary>
    public async ValueTask PublishCancelledAsync(
        string tenant,
        Guid notificationId,
        Cancellation result,
        CancellationToken cancellationToken
    )
    {
        const string Type = NotifyEventTypes.NotificationCancelled;
        if (
            result.Cancelled + result.Collected == 0
            || !await publisher.AreWantedAsync(tenant, Type, cancellationToken).ConfigureAwait(false)
            || await IsEventAsync(tenant, notificationId, cancellationToken).ConfigureAwait(false)
        )
            return;

        await publisher.PublishAsync(CreateCancelled(tenant, notificationId, result), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> IsEventAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
        await notifications.FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is { } found
        && found.Trigger.Tags?.Contains(EventForwarder.Tag) == true;

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
