using System.Diagnostics.CodeAnalysis;
using Notify.Providers;

namespace Notify.Storage;

/// <summary>A request to store a notification durably.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record EnqueueRequest
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public EnqueueRequest() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="notification">The notification.</param>
    /// <param name="deliveries">The deliveries of the notification.</param>
    [SetsRequiredMembers]
    public EnqueueRequest(Notification notification, IReadOnlyList<QueuedDelivery> deliveries)
    {
        Notification = notification;
        Deliveries = deliveries;
    }

    /// <summary>Gets the notification.</summary>
    public required Notification Notification { get; init; }

    /// <summary>Gets the deliveries of the notification.</summary>
    public required IReadOnlyList<QueuedDelivery> Deliveries { get; init; }

    /// <summary>Gets the idempotency key to claim; null for none.</summary>
    public IdempotencyClaim? Idempotency { get; init; }

    /// <summary>Gets the topics to expand into deliveries afterwards, in batches.</summary>
    public IReadOnlyList<NewExpansion> Expansions { get; init; } = [];

    /// <summary>Gets the events that are collected for digests instead of being sent.</summary>
    public IReadOnlyList<DigestEvent> Digests { get; init; } = [];
}

/// <summary>A delivery as it is added to the queue.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record QueuedDelivery
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public QueuedDelivery() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="dueAt">
    /// The time from which any worker may lease the delivery: <see cref="Delivery.DueAt"/>, or later if the delivery is first
    /// reserved for a worker or for the receiver of its hint.
    /// </param>
    /// <param name="owner">
    /// The worker that holds the delivery from the start, with fence 1 and until <see cref="DueAt"/>; null if no worker holds it,
    /// in which case the fence is 0.
    /// </param>
    [SetsRequiredMembers]
    public QueuedDelivery(Delivery delivery, DateTimeOffset dueAt, string? owner = null)
    {
        Delivery = delivery;
        DueAt = dueAt;
        Owner = owner;
    }

    /// <summary>Gets the delivery.</summary>
    public required Delivery Delivery { get; init; }

    /// <summary>
    /// Gets the time from which any worker may lease the delivery: <see cref="Delivery.DueAt"/>, or later if the delivery is
    /// first reserved for a worker or for the receiver of its hint.
    /// </summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>
    /// Gets the worker that holds the delivery from the start, with fence 1 and until <see cref="DueAt"/>; null if no worker
    /// holds it, in which case the fence is 0.
    /// </summary>
    public string? Owner { get; init; }

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
    public Lease? Lease =>
        Owner is null
            ? null
            : new Lease
            {
                Delivery = Delivery,
                Owner = Owner,
                Fence = 1,
                Until = DueAt,
            };
}

/// <summary>The result of an <see cref="EnqueueRequest"/>.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct EnqueueResult
{
    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="status">The status of the request.</param>
    /// <param name="notificationId">
    /// The ID of the notification. For a duplicate or a conflict, the ID of the notification that holds the key.
    /// </param>
    [SetsRequiredMembers]
    public EnqueueResult(EnqueueStatus status, Guid notificationId)
    {
        Status = status;
        NotificationId = notificationId;
    }

    /// <summary>Gets the status of the request.</summary>
    public required EnqueueStatus Status { get; init; }

    /// <summary>
    /// Gets the ID of the notification. For a duplicate or a conflict, the ID of the notification that holds the key.
    /// </summary>
    public required Guid NotificationId { get; init; }
}

/// <summary>The status of an <see cref="EnqueueRequest"/>.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public enum EnqueueStatus
{
    /// <summary>The notification was stored durably.</summary>
    Stored,

    /// <summary>The idempotency key was already used with the same body. Nothing was stored.</summary>
    Duplicate,

    /// <summary>The idempotency key was already used with a different body. Nothing was stored.</summary>
    Conflict,
}
