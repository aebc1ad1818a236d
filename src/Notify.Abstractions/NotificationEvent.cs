namespace Notify;

/// <summary>That a notification was accepted, for those who watch. It carries no address and no content.</summary>
public sealed record NotificationEvent
{
    /// <summary>On whose behalf.</summary>
    public required string Tenant { get; init; }

    /// <summary>The notification.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>The user it is for; null where it is for several, for a topic, or for a direct address.</summary>
    public string? UserId { get; init; }

    /// <summary>Its lane.</summary>
    public required Priority Priority { get; init; }

    /// <summary>The deliveries that were stored with it.</summary>
    public required int Deliveries { get; init; }

    /// <summary>The topics whose subscribers get their deliveries afterwards.</summary>
    public required int Expansions { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }
}
