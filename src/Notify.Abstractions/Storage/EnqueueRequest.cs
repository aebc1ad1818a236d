using Notify.Providers;

namespace Notify.Storage;

/// <summary>A request to store a notification durably.</summary>
/// <param name="Notification">The notification.</param>
/// <param name="Deliveries">The deliveries of the notification.</param>
/// <param name="Idempotency">The idempotency key to claim; null for none.</param>
/// <param name="Expansions">The topics to expand into deliveries afterwards, in batches.</param>
/// <param name="Digests">The events that are collected for digests instead of being sent.</param>
public sealed record EnqueueRequest(
    Notification Notification,
    IReadOnlyList<QueuedDelivery> Deliveries,
    IdempotencyClaim? Idempotency,
    IReadOnlyList<NewExpansion> Expansions,
    IReadOnlyList<DigestEvent> Digests
);

/// <summary>A delivery as it is added to the queue.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="DueAt">
/// The time from which any worker may lease the delivery: <see cref="Delivery.DueAt"/>, or later if the delivery is first
/// reserved for a worker or for the receiver of its hint.
/// </param>
/// <param name="Owner">
/// The worker that holds the delivery from the start, with fence 1 and until <paramref name="DueAt"/>; null if no worker holds
/// it, in which case the fence is 0.
/// </param>
public sealed record QueuedDelivery(Delivery Delivery, DateTimeOffset DueAt, string? Owner = null)
{
    /// <summary>
    /// Gets the reason the delivery is stored as cancelled and never falls due; null except for throttled deliveries.
    /// </summary>
    public string? CancelledBecause { get; init; }

    /// <summary>
    /// Gets the key that identifies the address within the notification, for <see cref="IExpansionStore.FindReachedAsync"/>; null
    /// if no later batch of a broadcast needs to know the address.
    /// </summary>
    public Guid? AddressKey { get; init; }

    /// <summary>Gets the lease with which the delivery is added to the queue, or null.</summary>
    public Lease? Lease => Owner is null ? null : new Lease(Delivery, Owner, Fence: 1, DueAt);
}

/// <summary>The result of an <see cref="EnqueueRequest"/>.</summary>
/// <param name="Status">The status of the request.</param>
/// <param name="NotificationId">
/// The ID of the notification. For a duplicate or a conflict, the ID of the notification that holds the key.
/// </param>
public readonly record struct EnqueueResult(EnqueueStatus Status, Guid NotificationId);

/// <summary>The status of an <see cref="EnqueueRequest"/>.</summary>
public enum EnqueueStatus
{
    /// <summary>The notification was stored durably.</summary>
    Stored,

    /// <summary>The idempotency key was already used with the same body. Nothing was stored.</summary>
    Duplicate,

    /// <summary>The idempotency key was already used with a different body. Nothing was stored.</summary>
    Conflict,
}
