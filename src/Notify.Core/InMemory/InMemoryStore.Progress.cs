using Notify.Storage;

namespace Notify.Core.InMemory;

/// <content>The progress of notifications.</content>
internal sealed partial class InMemoryStore
{
    public ValueTask<IReadOnlyDictionary<Guid, NotificationProgress>> CountAsync(
        string tenant,
        IReadOnlyCollection<Guid> notificationIds,
        long maxSubscribers,
        CancellationToken cancellationToken
    )
    {
        var ids = notificationIds.ToHashSet();
        lock (_lock)
        {
            var deliveries = ids.SelectMany(id => GetDeliveries(tenant, id))
                .GroupBy(stored =>
                    (
                        Id: stored.Delivery.NotificationId,
                        stored.State,
                        IsCancelled: IsCancelled(stored.Reason),
                        stored.Delivery.To.Channel
                    )
                )
                .Select(group => new ProgressRow
                {
                    NotificationId = group.Key.Id,
                    Kind = ProgressRowKind.Delivery,
                    State = (int)group.Key.State,
                    Channel = group.Key.Channel,
                    IsCancelled = group.Key.IsCancelled,
                    Count = group.LongCount(),
                });
            var events = _events
                .Values.Where(stored => ids.Contains(stored.Event.NotificationId) && stored.Event.Trigger.Tenant == tenant)
                .Select(stored => new ProgressRow
                {
                    NotificationId = stored.Event.NotificationId,
                    Kind = ProgressRowKind.Event,
                    State = (int)stored.State,
                    IsCancelled = IsCancelled(stored.Reason),
                    Count = 1,
                });
            var expansions = _expansions
                .Where(expansion => ids.Contains(expansion.NotificationId) && expansion.Tenant == tenant)
                .Select(expansion => expansion.ToRow());
            return new(NotificationProgress.Create([.. deliveries, .. events, .. expansions], maxSubscribers));
        }
    }

    private static bool IsCancelled(string? reason) => reason is NotificationProgress.CancelReason or Erasure.Reason;
}
