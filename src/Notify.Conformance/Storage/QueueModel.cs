using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>
/// The simplest possible implementation of a queue: a list of deliveries and the rules of <see cref="IDeliveryQueue"/>.
/// </summary>
internal sealed class QueueModel
{
    private readonly Dictionary<(string Tenant, string Key), (byte Body, Guid Id)> _keys = [];

    public List<ModelDelivery> Deliveries { get; } = [];

    public List<(string Tenant, Guid Id)> Notifications { get; } = [];

    public EnqueueResult Enqueue(Sample sample, IReadOnlyList<Delivery> deliveries)
    {
        var tenant = sample.Notification.Tenant;
        if (
            sample.Idempotency is { } claim
            && !_keys.TryAdd((tenant, claim.Key), (claim.Fingerprint.Span[0], sample.Notification.Id))
        )
        {
            var (body, id) = _keys[(tenant, claim.Key)];
            return new EnqueueResult(body == claim.Fingerprint.Span[0] ? EnqueueStatus.Duplicate : EnqueueStatus.Conflict, id);
        }

        Notifications.Add((tenant, sample.Notification.Id));
        Deliveries.AddRange(deliveries.Select(delivery => new ModelDelivery(delivery)));
        return new EnqueueResult(EnqueueStatus.Stored, sample.Notification.Id);
    }

    public IReadOnlyList<ModelDelivery> FindDue(LeaseSlots slots, DateTimeOffset now) =>
        [
            .. Deliveries.Where(delivery =>
                delivery.DueAt <= now && delivery.Priority == slots.Priority && delivery.Provider == slots.Provider
            ),
        ];

    public ModelDelivery Find(Guid id) => Deliveries.Single(delivery => delivery.Id == id);

    public bool Renew(Lease lease, DateTimeOffset until)
    {
        var delivery = Find(lease.Delivery.Id);
        if (!delivery.IsLeased || delivery.Fence != lease.Fence)
            return false;

        delivery.Renew(until);
        return true;
    }

    public bool Settle(Settlement settlement)
    {
        var delivery = Find(settlement.DeliveryId);
        if (!delivery.IsLeased || delivery.Fence != settlement.Fence)
            return false;

        delivery.Settle(settlement);
        return true;
    }

    public (IReadOnlyList<Guid> Cancelled, long InFlight, long Ended) Cancel(Guid notificationId, DateTimeOffset now)
    {
        ModelDelivery[] all = [.. Deliveries.Where(delivery => delivery.NotificationId == notificationId)];
        var ended = all.Count(delivery => delivery.DueAt is null);
        ModelDelivery[] cancelled =
        [
            .. all.Where(delivery => delivery.DueAt is not null && (!delivery.IsLeased || delivery.DueAt <= now)),
        ];
        foreach (var delivery in cancelled)
            delivery.Cancel(now);
        return ([.. cancelled.Select(delivery => delivery.Id).Order()], all.Length - ended - cancelled.Length, ended);
    }

    /// <summary>Finds the dead letters of a tenant, newest first.</summary>
    public IEnumerable<ModelDelivery> FindDeadLetters(string tenant) =>
        Deliveries
            .Where(delivery => delivery.Tenant == tenant && delivery.State == DeliveryState.DeadLetter)
            .OrderByDescending(delivery => (delivery.EndedAt, delivery.Id));

    public int Replay(string tenant, DateTimeOffset now, int limit)
    {
        ModelDelivery[] replayed = [.. FindDeadLetters(tenant).Reverse().Take(limit)];
        foreach (var delivery in replayed)
            delivery.Replay(now);
        return replayed.Length;
    }

    public IEnumerable<QueueDepth> GetDepth() =>
        Deliveries
            .Where(delivery => delivery.DueAt is not null)
            .CountBy(delivery => (delivery.Priority, delivery.Provider))
            .Select(lane => new QueueDepth(lane.Key.Priority, lane.Key.Provider, lane.Value));
}

/// <summary>A delivery in the model.</summary>
internal sealed class ModelDelivery(Delivery delivery)
{
    public Guid Id => delivery.Id;

    public Guid NotificationId => delivery.NotificationId;

    public string Tenant => delivery.Tenant;

    public Priority Priority => delivery.Priority;

    public string Provider { get; private set; } = delivery.Provider;

    public DeliveryState State { get; private set; }

    public DateTimeOffset? DueAt { get; private set; } = delivery.DueAt;

    public DateTimeOffset? EndedAt { get; private set; }

    public bool IsLeased { get; private set; }

    /// <summary>
    /// Gets the fence of the latest lease, or null if the delivery has been settled, cancelled or replayed since.
    /// </summary>
    public long? Fence { get; private set; } = 0;

    public long HighestFence { get; private set; }

    public int AttemptsSpent { get; private set; }

    public int Attempts { get; private set; }

    public void Lease(Lease lease)
    {
        (IsLeased, DueAt, Fence) = (true, lease.Until, lease.Fence);
        HighestFence = lease.Fence;
    }

    public void Renew(DateTimeOffset until) => DueAt = until;

    public void Settle(Settlement settlement)
    {
        Move(settlement.State, settlement.DueAt, settlement.SettledAt);
        (Provider, AttemptsSpent) = (settlement.Provider, settlement.AttemptsSpent);
        Attempts++;
    }

    public void Cancel(DateTimeOffset now) => Move(DeliveryState.Cancelled, null, now);

    public void Replay(DateTimeOffset now)
    {
        Move(DeliveryState.Pending, now, now);
        AttemptsSpent = 0;
    }

    /// <summary>Describes the properties that a store shows.</summary>
    public string Describe() => Describe(Id, State, DueAt, EndedAt, Provider) + $", {AttemptsSpent} spent, {Attempts} made";

    public static string Describe(DeliveryRecord record) =>
        Describe(record.Delivery.Id, record.State, record.DueAt, record.EndedAt, record.Delivery.Provider)
        + $", {record.Delivery.AttemptsSpent} spent, {record.Attempts.Count} made";

    private static string Describe(Guid id, DeliveryState state, DateTimeOffset? due, DateTimeOffset? ended, string provider) =>
        $"{id}: {state}, due {due?.ToUniversalTime():O}, ended {ended?.ToUniversalTime():O}, {provider}";

    private void Move(DeliveryState state, DateTimeOffset? dueAt, DateTimeOffset now)
    {
        (State, DueAt, IsLeased, Fence) = (state, dueAt, false, null);
        EndedAt = state == DeliveryState.Pending ? null : now;
    }
}
