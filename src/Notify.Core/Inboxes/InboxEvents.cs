using Notify.Core.Events;

namespace Notify.Core.Inboxes;

/// <summary>Publishes that inboxes have changed. An event only makes watchers read the store sooner.</summary>
internal sealed class InboxEvents(EventSinks sinks, IdGenerator ids, TimeProvider time)
{
    /// <summary>Publishes one event for each inbox that contains any of the items.</summary>
    public void Publish(IEnumerable<InboxItem> items)
    {
        if (!sinks.Want(NotifyEventTypes.InboxChanged))
            return;

        var now = time.GetUtcNow();
        foreach (var (tenant, userId) in items.Select(item => (item.Tenant, item.UserId)).Distinct())
        {
            sinks.Publish(
                new NotifyEvent
                {
                    Id = ids.Create(now),
                    Type = NotifyEventTypes.InboxChanged,
                    OccurredAt = now,
                    Tenant = tenant,
                    Data = new InboxEventData { User = userId },
                }
            );
        }
    }
}
