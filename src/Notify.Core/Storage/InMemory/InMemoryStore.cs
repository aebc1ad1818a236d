using Notify.Analytics;
using Notify.Delivering;
using Notify.Queueing;
using Notify.Settling;

namespace Notify.Storage.InMemory;

/// <summary>The store for tests: the same promises as the durable ones but for durability.</summary>
internal sealed class InMemoryStore : IDeliveryQueue, INotificationStore, IAnalyticsStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Notification> _notifications = [];
    private readonly Dictionary<Guid, List<StoredDelivery>> _byNotification = [];
    private readonly Dictionary<Guid, StoredDelivery> _deliveries = [];
    private readonly Dictionary<(string Tenant, string Key), (ReadOnlyMemory<byte> Fingerprint, Guid Id, DateTimeOffset ExpiresAt)> _keys = [];
    private readonly Dictionary<DeliveryCount, long> _counts = [];
    private readonly DueIndex _due = new();

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new([.. requests.Select(Enqueue)]);
    }

    public ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var leases = new List<Lease>();
            foreach (var quota in request.Quotas)
            {
                foreach (var stored in _due.Take(quota, request.Now))
                    leases.Add(Leased(stored, request.Owner, request.Until));
            }

            return new(leases);
        }
    }

    public ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var leases = new List<Lease>();
            foreach (var reference in request.References)
            {
                if (_deliveries.TryGetValue(reference.Id, out var stored) && stored.DueAt is not null && stored.Fence == reference.Fence)
                {
                    _due.Remove(stored);
                    leases.Add(Leased(stored, request.Owner, request.Until));
                }
            }

            return new(leases);
        }
    }

    public ValueTask<IReadOnlyList<bool>> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new([.. settlements.Select(Settle)]);
    }

    public ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return new([.. _due.Depths()]);
    }

    public ValueTask<Notification?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(_notifications.TryGetValue(id, out var notification) && notification.Tenant == tenant ? notification : null);
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
        string tenant, Guid notificationId, Guid? after, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new([.. DeliveriesOf(tenant, notificationId)
                .OrderBy(stored => stored.Delivery.Id)
                .Where(stored => after is null || stored.Delivery.Id.CompareTo(after.Value) > 0)
                .Take(limit)
                .Select(stored => stored.ToRecord())]);
        }
    }

    public ValueTask<IReadOnlyDictionary<DeliveryState, long>> CountDeliveriesAsync(
        string tenant, Guid notificationId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(DeliveriesOf(tenant, notificationId)
                .GroupBy(stored => stored.State)
                .ToDictionary(group => group.Key, group => group.LongCount()));
        }
    }

    public ValueTask AddAsync(IReadOnlyList<DeliveryCount> counts, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var count in counts)
                _counts[count with { Count = 0 }] = _counts.GetValueOrDefault(count with { Count = 0 }) + count.Count;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<DeliveryCount>> ListAsync(
        string tenant, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new([.. _counts
                .Where(count => count.Key.Tenant == tenant && count.Key.Minute >= from && count.Key.Minute < to)
                .OrderBy(count => count.Key.Minute)
                .Select(count => count.Key with { Count = count.Value })]);
        }
    }

    private EnqueueResult Enqueue(EnqueueRequest request)
    {
        var notification = request.Notification;
        if (request.Idempotency is { } claim)
        {
            var key = (notification.Tenant, claim.Key);
            if (_keys.TryGetValue(key, out var held) && held.ExpiresAt > notification.AcceptedAt)
            {
                var same = held.Fingerprint.Span.SequenceEqual(claim.Fingerprint.Span);
                return new EnqueueResult(same ? EnqueueStatus.Duplicate : EnqueueStatus.Conflict, held.Id);
            }

            _keys[key] = (claim.Fingerprint, notification.Id, claim.ExpiresAt);
        }

        _notifications.Add(notification.Id, notification);
        List<StoredDelivery> deliveries = [.. request.Deliveries.Select(queued => new StoredDelivery(queued))];
        _byNotification.Add(notification.Id, deliveries);
        foreach (var stored in deliveries)
        {
            _deliveries.Add(stored.Delivery.Id, stored);
            _due.Add(stored);
        }

        return new EnqueueResult(EnqueueStatus.Stored, notification.Id);
    }

    private Lease Leased(StoredDelivery stored, string owner, DateTimeOffset until)
    {
        stored.Owner = owner;
        stored.Fence++;
        stored.DueAt = until;
        _due.Add(stored);
        return new Lease(stored.Delivery, owner, stored.Fence, until);
    }

    private bool Settle(Settlement settlement)
    {
        if (!_deliveries.TryGetValue(settlement.DeliveryId, out var stored) || stored.Owner is null || stored.Fence != settlement.Fence)
            return false;

        _due.Remove(stored);
        stored.Apply(settlement);
        _due.Add(stored);
        return true;
    }

    private IEnumerable<StoredDelivery> DeliveriesOf(string tenant, Guid notificationId) =>
        _byNotification.TryGetValue(notificationId, out var deliveries) ? deliveries.Where(stored => stored.Delivery.Tenant == tenant) : [];
}
