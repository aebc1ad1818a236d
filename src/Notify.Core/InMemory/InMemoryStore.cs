using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>
/// A store for tests. It keeps every promise of the durable stores except durability. This part is the queue.
/// </summary>
internal sealed partial class InMemoryStore : IDeliveryQueue
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Notification> _notifications = [];
    private readonly Dictionary<Guid, List<StoredDelivery>> _byNotification = [];
    private readonly Dictionary<Guid, StoredDelivery> _deliveries = [];
    private readonly Dictionary<
        (string Tenant, string Key),
        (ReadOnlyMemory<byte> Fingerprint, Guid Id, DateTimeOffset ExpiresAt)
    > _keys = [];
    private readonly DueIndex _due = new();
    private readonly LabelIndex _labels = new();

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
            return new([.. requests.Select(Enqueue)]);
    }

    public ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var leases = new List<Lease>();
            foreach (var slots in request.Slots)
            {
                foreach (var stored in _due.Take(slots, request))
                    leases.Add(Lease(stored, request.Owner, request.Until));
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
                if (
                    _deliveries.TryGetValue(reference.Id, out var stored)
                    && stored.DueAt is not null
                    && stored.Fence == reference.Fence
                )
                {
                    _due.Remove(stored);
                    leases.Add(Lease(stored, request.Owner, request.Until));
                }
            }

            return new(leases);
        }
    }

    public ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new([.. request.References.Select(reference => Renew(reference, request.Until))]);
    }

    public ValueTask<IReadOnlyList<bool>> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new([.. settlements.Select(Settle)]);
    }

    public ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            if (!_notifications.TryGetValue(notificationId, out var notification) || notification.Tenant != tenant)
                return new((Cancellation?)null);

            foreach (var expansion in _expansions.Where(expansion => expansion.NotificationId == notificationId))
                expansion.Cancel(now);
            var deliveries = _byNotification[notificationId];
            var ended = deliveries.Count(stored => stored.DueAt is null);
            var endedEvents = _events.Values.Count(stored =>
                stored.Event.NotificationId == notificationId && stored.State != CollectedState.Waiting
            );
            var collected = Uncollect(notificationId);
            StoredDelivery[] cancelled = [.. deliveries.Where(stored => stored.IsFree(now))];
            foreach (var stored in cancelled)
                Change(stored, () => stored.Cancel(NotificationProgress.CancelReason, now));
            return new(
                new Cancellation
                {
                    Cancelled = cancelled.Length,
                    InFlight = deliveries.Count - ended - cancelled.Length,
                    Ended = ended + endedEvents,
                    Collected = collected,
                    CancelledIds = [.. cancelled.Select(stored => stored.Delivery.Id)],
                }
            );
        }
    }

    public ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return new([.. _due.GetDepths()]);
    }

    public IReadOnlyList<bool> Redirect(IReadOnlyList<Redirection> redirections)
    {
        lock (_lock)
            return [.. redirections.Select(Redirect)];
    }

    private bool Redirect(Redirection redirection)
    {
        if (
            !_deliveries.TryGetValue(redirection.DeliveryId, out var stored)
            || stored.Owner is null
            || stored.Fence != redirection.Fence
        )
            return false;

        stored.Redirect(redirection.To);
        return true;
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
        _labels.Add(notification);
        _byNotification.Add(notification.Id, []);
        foreach (var queued in request.Deliveries)
            Add(queued, notification.AcceptedAt);
        foreach (var collected in request.Digests)
            Collect(collected);
        _expansions.AddRange(request.Expansions.Select(expansion => new StoredExpansion(notification, expansion)));
        return new EnqueueResult(EnqueueStatus.Stored, notification.Id);
    }

    private void Add(QueuedDelivery queued, DateTimeOffset now)
    {
        var stored = new StoredDelivery(queued);
        if (stored.Delivery.CollapseKey is not null && queued.CancelledBecause is null)
            Supersede(stored.Delivery, now);
        _byNotification[queued.Delivery.NotificationId].Add(stored);
        _deliveries.Add(queued.Delivery.Id, stored);
        _due.Add(stored);
    }

    private void Supersede(Delivery newer, DateTimeOffset now)
    {
        var to = newer.To.Normalize();
        foreach (
            var stored in _deliveries
                .Values.Where(stored =>
                    stored.IsFree(now)
                    && stored.Delivery.CollapseKey == newer.CollapseKey
                    && stored.Delivery.Tenant == newer.Tenant
                    && stored.Delivery.To.Normalize() == to
                )
                .ToArray()
        )
        {
            Change(stored, () => stored.Cancel("superseded", now));
        }
    }

    private Lease Lease(StoredDelivery stored, string owner, DateTimeOffset until)
    {
        var lease = stored.Lease(owner, until);
        _due.Add(stored);
        return lease;
    }

    private bool Renew(DeliveryReference reference, DateTimeOffset until)
    {
        if (FindLeased(reference) is not { } stored)
            return false;
        Change(stored, () => stored.Renew(until));
        return true;
    }

    private StoredDelivery? FindLeased(DeliveryReference reference) =>
        _deliveries.TryGetValue(reference.Id, out var stored) && stored.Owner is not null && stored.Fence == reference.Fence
            ? stored
            : null;

    private bool Settle(Settlement settlement)
    {
        if (FindLeased(new DeliveryReference(settlement.DeliveryId, settlement.Fence)) is not { } stored)
            return false;

        Change(stored, () => stored.Apply(settlement));
        if (stored.State == DeliveryState.DeadLetter)
            FallBack(stored, settlement.SettledAt);
        return true;
    }

    // The next step becomes due when no delivery of the earlier steps is pending or was sent.
    private void FallBack(StoredDelivery failed, DateTimeOffset now)
    {
        if (failed.Delivery.Fallback is not { } place)
            return;

        StoredDelivery[] chain =
        [
            .. _byNotification[failed.Delivery.NotificationId].Where(stored => stored.Delivery.Fallback?.Chain == place.Chain),
        ];
        if (
            chain.Any(stored =>
                stored.Delivery.Fallback!.Step <= place.Step && stored.State is (DeliveryState.Pending or DeliveryState.Sent)
            )
        )
            return;

        foreach (
            var next in chain.Where(stored =>
                stored.Delivery.Fallback!.Step == place.Step + 1 && stored.IsFree(now) && stored.DueAt > now
            )
        )
            Change(next, () => next.MakeDue(now));
    }

    private void Change(StoredDelivery stored, Action change)
    {
        _due.Remove(stored);
        change();
        _due.Add(stored);
    }
}
