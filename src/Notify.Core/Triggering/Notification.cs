namespace Notify;

/// <summary>An accepted trigger.</summary>
public sealed record Notification
{
    /// <summary>The id, a UUIDv7, so that ids sort by the time of acceptance.</summary>
    public required Guid Id { get; init; }

    /// <summary>What was asked for.</summary>
    public required Trigger Trigger { get; init; }

    /// <summary>When it became durable.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>After this no delivery is attempted.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The contents that its deliveries share, by <see cref="Queueing.Delivery.ContentIndex"/>.</summary>
    public required IReadOnlyList<Content> Contents { get; init; }

    /// <summary>On whose behalf.</summary>
    public string Tenant => Trigger.Tenant;
}
