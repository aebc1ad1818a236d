using Notify.Providers;

namespace Notify.Storage.Files.Model;

/// <summary>A delivery as the file keeps it.</summary>
internal sealed class StoredDelivery
{
    private static readonly Content NoContent = new();

    /// <summary>Gets or sets the delivery without the content that it shares with others.</summary>
    public required Delivery Delivery { get; set; }

    public DeliveryState State { get; set; }

    /// <summary>Gets or sets when it falls due, which is the end of its lease if it is leased; null when it has ended.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>Gets or sets the worker that leased it last and has not settled it; null for none.</summary>
    public string? Owner { get; set; }

    /// <summary>Gets or sets a number that increases with every lease and every end of one.</summary>
    public long Fence { get; set; }

    public string? Reason { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public Guid? AddressKey { get; set; }

    public List<Attempt> Attempts { get; init; } = [];

    public List<Receipt> Receipts { get; init; } = [];

    public bool IsErased => Reason == Erasure.Reason && Delivery.To.Value.Length == 0;

    public static StoredDelivery From(QueuedDelivery queued)
    {
        var stored = new StoredDelivery
        {
            Delivery = queued.Delivery with
            {
                Content = queued.Delivery.ContentIndex == Delivery.OwnContent ? queued.Delivery.Content : NoContent,
                Category = null,
                Template = null,
                Workflow = null,
                TraceParent = null,
                Reference = null,
                Tags = null,
                Metadata = null,
            },
            DueAt = queued.DueAt,
            Owner = queued.Owner,
            Fence = queued.Lease?.Fence ?? 0,
            AddressKey = queued.AddressKey,
        };
        if (queued.CancelledBecause is { } reason)
            stored.Move(DeliveryState.Cancelled, null, reason, queued.Delivery.AcceptedAt);
        return stored;
    }

    /// <summary>Determines whether it waits and no worker holds it. A lease that has expired does not hold it.</summary>
    public bool IsFree(DateTimeOffset now) => DueAt is { } dueAt && (Owner is null || dueAt <= now);

    /// <summary>Leases it. The new fence invalidates every earlier lease.</summary>
    public void Lease(string owner, DateTimeOffset until)
    {
        (Owner, DueAt) = (owner, until);
        Fence++;
    }

    public void Settle(Settlement settlement)
    {
        Delivery = Delivery with
        {
            Provider = settlement.Provider,
            AttemptsSpent = settlement.AttemptsSpent,
            RetryDelay = settlement.RetryDelay,
        };
        if (settlement.Attempt is { } attempt)
            Attempts.Add(attempt);
        Move(settlement.State, settlement.DueAt, settlement.Reason, settlement.SettledAt);
    }

    public void Replay(DateTimeOffset now, DateTimeOffset expiresAt)
    {
        Delivery = Delivery with { AttemptsSpent = 0, RetryDelay = TimeSpan.Zero, DueAt = now, ExpiresAt = expiresAt };
        Move(DeliveryState.Pending, now, "replayed", now);
    }

    /// <summary>Removes everything that tells about the recipient, and cancels it if it waits.</summary>
    public void Erase(DateTimeOffset now)
    {
        Delivery = Delivery with
        {
            To = Delivery.To with { Value = "" },
            Content = NoContent,
            DeviceId = null,
            Topic = null,
            CollapseKey = null,
        };
        AddressKey = null;
        Attempts.Clear();
        Receipts.Clear();
        if (DueAt is not null)
            Move(DeliveryState.Cancelled, null, Erasure.Reason, now);
        Reason = Erasure.Reason;
    }

    /// <summary>Changes the state, which ends a lease.</summary>
    public void Move(DeliveryState state, DateTimeOffset? dueAt, string? reason, DateTimeOffset now)
    {
        (State, DueAt, Reason, Owner) = (state, dueAt, reason, null);
        EndedAt = state == DeliveryState.Pending ? null : now;
        Fence++;
    }
}
