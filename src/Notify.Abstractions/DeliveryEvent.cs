using Notify.Providers;

namespace Notify;

/// <summary>An event that reports the settlement of a delivery. It contains no address and no content.</summary>
public sealed record DeliveryEvent
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the ID of the notification.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>Gets the ID of the delivery.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>Gets the ID of the user who receives the delivery; null for a direct address.</summary>
    public string? UserId { get; init; }

    /// <summary>Gets the channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>Gets the name of the provider that made the attempt, or that will make the next one.</summary>
    public required string Provider { get; init; }

    /// <summary>Gets the new state of the delivery. <see cref="DeliveryState.Pending"/> means that it will be retried.</summary>
    public required DeliveryState State { get; init; }

    /// <summary>Gets the outcome of the attempt; null if no attempt was made.</summary>
    public OutcomeKind? Outcome { get; init; }

    /// <summary>Gets the reason why the delivery ended or is waiting; null if it was sent.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the time at which the delivery was settled.</summary>
    public required DateTimeOffset SettledAt { get; init; }
}
