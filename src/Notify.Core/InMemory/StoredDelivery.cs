using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>A delivery in the in-memory store.</summary>
internal sealed class StoredDelivery(QueuedDelivery queued)
{
    private readonly List<Attempt> _attempts = [];
    private readonly List<Receipt> _receipts = [];

    public Delivery Delivery { get; private set; } = queued.Delivery;

    public DeliveryState State { get; private set; } =
        queued.CancelledBecause is null ? DeliveryState.Pending : DeliveryState.Cancelled;

    /// <summary>Gets when the delivery is due; null if it is terminal.</summary>
    public DateTimeOffset? DueAt { get; private set; } = queued.CancelledBecause is null ? queued.DueAt : null;

    public string? Owner { get; private set; } = queued.Owner;

    public long Fence { get; private set; } = queued.Lease?.Fence ?? 0;

    public string? Reason { get; private set; } = queued.CancelledBecause;

    public DateTimeOffset? EndedAt { get; private set; } = queued.CancelledBecause is null ? null : queued.Delivery.AcceptedAt;

    /// <summary>See <see cref="QueuedDelivery.AddressKey"/>.</summary>
    public Guid? AddressKey { get; private set; } = queued.AddressKey;

    /// <summary>Determines whether the delivery is pending and no worker holds a lease of it.</summary>
    public bool IsFree(DateTimeOffset now) => DueAt is { } dueAt && (Owner is null || dueAt <= now);

    public Lease Lease(string owner, DateTimeOffset until)
    {
        (Owner, DueAt) = (owner, until);
        return new Lease
        {
            Delivery = Delivery,
            Owner = owner,
            Fence = ++Fence,
            Until = until,
        };
    }

    public void Renew(DateTimeOffset until) => DueAt = until;

    public void Apply(Settlement settlement)
    {
        Delivery = Delivery with
        {
            Provider = settlement.Provider,
            AttemptsSpent = settlement.AttemptsSpent,
            RetryDelay = settlement.RetryDelay,
        };
        if (settlement.Attempt is not null)
            _attempts.Add(settlement.Attempt);
        Move(settlement.State, settlement.DueAt, settlement.Reason, settlement.SettledAt);
    }

    public void Cancel(string reason, DateTimeOffset now) => Move(DeliveryState.Cancelled, null, reason, now);

    public bool IsErased => Reason == Erasure.Reason && Delivery.To.Value.Length == 0;

    public void Erase(DateTimeOffset now)
    {
        Delivery = Delivery with
        {
            To = Delivery.To with { Value = "" },
            DeviceId = null,
            Topic = null,
            CollapseKey = null,
            Content = new Content(),
        };
        AddressKey = null;
        _attempts.Clear();
        _receipts.Clear();
        if (DueAt is not null)
            Cancel(Erasure.Reason, now);
        Reason = Erasure.Reason;
    }

    /// <summary>Removes what tells about the notification, once it has no other recipient.</summary>
    public void EraseLabels() => Delivery = Delivery with { Reference = null, Tags = null, Metadata = null };

    public void MakeDue(DateTimeOffset now) => DueAt = now;

    public void Redirect(Address to) => Delivery = Delivery with { To = to };

    public void Replay(DateTimeOffset now, DateTimeOffset expiresAt)
    {
        Delivery = Delivery with { AttemptsSpent = 0, RetryDelay = TimeSpan.Zero, DueAt = now, ExpiresAt = expiresAt };
        Move(DeliveryState.Pending, now, "replayed", now);
    }

    public void Add(Receipt receipt)
    {
        if (!_receipts.Exists(receipt.Repeats))
            _receipts.Add(receipt);
    }

    public DeliveryRecord ToRecord() =>
        new()
        {
            Delivery = Delivery,
            State = State,
            DueAt = DueAt,
            EndedAt = EndedAt,
            Reason = Reason,
            Attempts = [.. _attempts],
            Receipts = [.. _receipts],
            IsInFlight = Owner is not null,
        };

    private void Move(DeliveryState state, DateTimeOffset? dueAt, string? reason, DateTimeOffset now)
    {
        (State, DueAt, Reason, Owner) = (state, dueAt, reason, null);
        EndedAt = state == DeliveryState.Pending ? null : now;
        Fence++;
    }
}
