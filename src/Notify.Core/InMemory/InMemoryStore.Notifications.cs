using Notify.Storage;

namespace Notify.Core.InMemory;

/// <content>Notifications, receipts and dead letters.</content>
internal sealed partial class InMemoryStore : INotificationStore, IReceiptStore, IDeadLetterStore
{
    public ValueTask<Notification?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(
                _notifications.TryGetValue(id, out var notification) && notification.Tenant == tenant ? notification : null
            );
    }

    public ValueTask<KeyHolder?> FindKeyAsync(string tenant, string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(
                _keys.TryGetValue((tenant, key), out var held) && held.ExpiresAt > now
                    ? new KeyHolder(held.Id, held.Fingerprint)
                    : null
            );
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
        string tenant,
        Guid notificationId,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
            return new(Page(GetDeliveries(tenant, notificationId), after, limit));
    }

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(
                _deliveries.TryGetValue(id, out var stored) && stored.Delivery.Tenant == tenant ? stored.ToRecord() : null
            );
    }

    public ValueTask<IReadOnlyList<NotificationSummary>> ListAsync(
        NotificationFilter filter,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var (from, to) = IdRange.Create(filter, before);
        lock (_lock)
        {
            return new([
                .. (_labels.Find(filter)?.Select(id => _notifications[id]) ?? _notifications.Values)
                    .Where(notification =>
                        notification.Tenant == filter.Tenant
                        && (from is null || notification.Id.CompareTo(from.Value) >= 0)
                        && (to is null || notification.Id.CompareTo(to.Value) < 0)
                    )
                    .OrderByDescending(notification => notification.Id)
                    .Take(limit)
                    .Select(notification => new NotificationSummary
                    {
                        Id = notification.Id,
                        AcceptedAt = notification.AcceptedAt,
                        ExpiresAt = notification.ExpiresAt,
                        Trigger = notification.Trigger with { Content = null },
                    }),
            ]);
        }
    }

    public ValueTask<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
            return new([.. receipts.Select(receipt => Add(tenant, receipt))]);
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        DeadLetterPosition? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
            return new([
                .. FindDeadLetters(filter)
                    .Where(stored => after is not { } last || GetPosition(stored).CompareTo((last.EndedAt, last.Id)) < 0)
                    .OrderByDescending(GetPosition)
                    .Take(limit)
                    .Select(stored => stored.ToRecord()),
            ]);
    }

    public ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(FindDeadLetters(filter).LongCount());
    }

    public ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            StoredDelivery[] replayed = [.. FindDeadLetters(request.Filter).OrderBy(GetPosition).Take(request.Limit)];
            foreach (var stored in replayed)
                Change(stored, () => stored.Replay(request.Now, request.ExpiresAt));
            return new(replayed.Length);
        }
    }

    private bool Add(string tenant, Receipt receipt)
    {
        if (!_deliveries.TryGetValue(receipt.DeliveryId, out var stored) || stored.Delivery.Tenant != tenant || stored.IsErased)
            return false;

        stored.Add(receipt);
        if (stored.Delivery.Fallback is not { } place)
            return true;

        foreach (
            var later in _byNotification[stored.Delivery.NotificationId]
                .Where(other =>
                    other.Delivery.Fallback?.Chain == place.Chain
                    && other.Delivery.Fallback.Step > place.Step
                    && other.IsFree(receipt.At)
                )
                .ToArray()
        )
        {
            if (((place.GetCancelledSteps(receipt.Kind) >> later.Delivery.Fallback!.Step) & 1) == 1)
                Change(later, () => later.Cancel("receipt came", receipt.At));
            else if (
                receipt.Kind == ReceiptKind.Bounced
                && later.Delivery.Fallback!.Step == place.Step + 1
                && later.DueAt > receipt.At
            )
                Change(later, () => later.MakeDue(receipt.At));
        }

        return true;
    }

    private IEnumerable<StoredDelivery> FindDeadLetters(DeadLetterFilter filter) =>
        _deliveries.Values.Where(stored =>
            stored.State == DeliveryState.DeadLetter
            && !stored.IsErased
            && stored.Delivery.Tenant == filter.Tenant
            && (filter.Ids is null || filter.Ids.Contains(stored.Delivery.Id))
            && (filter.Provider is null || filter.Provider == stored.Delivery.Provider)
            && (filter.Reason is null || stored.Reason?.Contains(filter.Reason, StringComparison.Ordinal) == true)
            && (filter.From is null || stored.EndedAt >= filter.From)
            && (filter.To is null || stored.EndedAt < filter.To)
        );

    private static (DateTimeOffset EndedAt, Guid Id) GetPosition(StoredDelivery dead) => (dead.EndedAt!.Value, dead.Delivery.Id);

    private IEnumerable<StoredDelivery> GetDeliveries(string tenant, Guid notificationId) =>
        _byNotification.TryGetValue(notificationId, out var deliveries)
            ? deliveries.Where(stored => stored.Delivery.Tenant == tenant)
            : [];

    private static IReadOnlyList<DeliveryRecord> Page(IEnumerable<StoredDelivery> deliveries, Guid? after, int limit) =>
        [
            .. deliveries
                .OrderBy(stored => stored.Delivery.Id)
                .Where(stored => after is null || stored.Delivery.Id.CompareTo(after.Value) > 0)
                .Take(limit)
                .Select(stored => stored.ToRecord()),
        ];
}
