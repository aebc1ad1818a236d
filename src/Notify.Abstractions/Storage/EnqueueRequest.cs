using Notify.Providers;

namespace Notify.Storage;

/// <summary>A notification to make durable.</summary>
/// <param name="Notification">The notification.</param>
/// <param name="Deliveries">Its deliveries.</param>
/// <param name="Idempotency">The idempotency key to apply; null for none.</param>
/// <param name="Expansions">The topics to turn into deliveries afterwards, in batches.</param>
/// <param name="Digests">What is collected instead of sent.</param>
public sealed record EnqueueRequest(
    Notification Notification,
    IReadOnlyList<QueuedDelivery> Deliveries,
    IdempotencyClaim? Idempotency,
    IReadOnlyList<NewExpansion> Expansions,
    IReadOnlyList<DigestEvent> Digests
);

/// <summary>A delivery as it enters the queue.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="DueAt">
/// When any worker may lease it: <see cref="Delivery.DueAt"/>, or later when it is handed over another way first.
/// </param>
/// <param name="Owner">
/// The worker that holds it from the start, with fence 1 and until <paramref name="DueAt"/>; null for nobody, with fence 0.
/// </param>
public sealed record QueuedDelivery(Delivery Delivery, DateTimeOffset DueAt, string? Owner = null)
{
    /// <summary>Why it is cancelled from the start and never due; null for all but throttled deliveries.</summary>
    public string? CancelledBecause { get; init; }

    /// <summary>
    /// Gets what identifies its address within the notification, for <see cref="IExpansionStore.FindReachedAsync"/>; null where
    /// no later batch of a broadcast has to know the address.
    /// </summary>
    public Guid? AddressKey { get; init; }

    /// <summary>The lease with which it enters the queue, or null.</summary>
    public Lease? Lease => Owner is null ? null : new Lease(Delivery, Owner, Fence: 1, DueAt);
}

/// <summary>What became of an <see cref="EnqueueRequest"/>.</summary>
/// <param name="Status">Whether it was stored.</param>
/// <param name="NotificationId">The notification's id; for a duplicate or conflict, the id of the one that holds the key.</param>
public readonly record struct EnqueueResult(EnqueueStatus Status, Guid NotificationId);

/// <summary>Whether a request was stored.</summary>
public enum EnqueueStatus
{
    /// <summary>It is durable.</summary>
    Stored,

    /// <summary>The idempotency key had been seen with the same body; nothing was stored.</summary>
    Duplicate,

    /// <summary>The idempotency key had been seen with another body; nothing was stored.</summary>
    Conflict,
}
