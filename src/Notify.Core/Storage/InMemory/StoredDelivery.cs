using Notify.Delivering;
using Notify.Queueing;
using Notify.Settling;

namespace Notify.Storage.InMemory;

/// <summary>A delivery as the in-memory store keeps it.</summary>
internal sealed class StoredDelivery(QueuedDelivery queued)
{
    private readonly List<Attempt> _attempts = [];
    private string? _reason;

    public Delivery Delivery { get; private set; } = queued.Delivery;

    public DeliveryState State { get; private set; } = DeliveryState.Pending;

    /// <summary>Null exactly when the delivery is terminal.</summary>
    public DateTimeOffset? DueAt { get; set; } = queued.DueAt;

    public string? Owner { get; set; } = queued.Owner;

    public long Fence { get; set; } = queued.Lease?.Fence ?? 0;

    public void Apply(Settlement settlement)
    {
        Delivery = Delivery with
        {
            Provider = settlement.Provider,
            AttemptsSpent = settlement.AttemptsSpent,
            RetryDelay = settlement.RetryDelay,
        };
        State = settlement.State;
        DueAt = settlement.DueAt;
        Owner = null;
        Fence++;
        _reason = settlement.Reason;
        if (settlement.Attempt is not null)
            _attempts.Add(settlement.Attempt);
    }

    public DeliveryRecord ToRecord() => new(Delivery, State, DueAt, _reason, [.. _attempts]);
}
