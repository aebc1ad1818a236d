using Notify.Providers;

namespace Notify;

/// <summary>That a delivery was settled, for those who watch. It carries no address and no content.</summary>
public sealed record DeliveryEvent
{
    /// <summary>On whose behalf.</summary>
    public required string Tenant { get; init; }

    /// <summary>The notification.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>The delivery.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>The user it is for; null for a direct address.</summary>
    public string? UserId { get; init; }

    /// <summary>The channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>The provider that made the attempt, or that is to make the next one.</summary>
    public required string Provider { get; init; }

    /// <summary>Where the delivery stands since; <see cref="DeliveryState.Pending"/> means that it is tried again.</summary>
    public required DeliveryState State { get; init; }

    /// <summary>What the attempt came to; null when none was made.</summary>
    public OutcomeKind? Outcome { get; init; }

    /// <summary>Why it ended or waits; null when it was accepted.</summary>
    public string? Reason { get; init; }

    /// <summary>When it was settled.</summary>
    public required DateTimeOffset SettledAt { get; init; }
}
