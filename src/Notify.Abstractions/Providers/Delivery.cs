namespace Notify.Providers;

/// <summary>One message to one address over one channel: the unit of work, retry and accounting.</summary>
public sealed record Delivery
{
    /// <summary>The id, a UUIDv7. Providers pass it to the vendor as the message's id where the vendor takes one.</summary>
    public required Guid Id { get; init; }

    /// <summary>The notification it belongs to.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>On whose behalf.</summary>
    public required string Tenant { get; init; }

    /// <summary>The lane it waits in.</summary>
    public required Priority Priority { get; init; }

    /// <summary>Where it goes.</summary>
    public required Address To { get; init; }

    /// <summary>The name of the provider that is to send it. Failover changes it.</summary>
    public required string Provider { get; init; }

    /// <summary>What it says.</summary>
    public required Content Content { get; init; }

    /// <summary>
    /// The position of <see cref="Content"/> in <see cref="Notification.Contents"/>, which stores keep once for all deliveries.
    /// </summary>
    public required int ContentIndex { get; init; }

    /// <summary>The user it is for; null for a direct address.</summary>
    public string? UserId { get; init; }

    /// <summary>
    /// Gets the id of the user's device that it goes to; null for every channel but push, and for a direct address.
    /// </summary>
    public string? DeviceId { get; init; }

    /// <summary>Gets the topic by whose subscription the user receives it; null for a user whom the trigger names.</summary>
    public string? Topic { get; init; }

    /// <summary>See <see cref="Trigger.Category"/>. Stores keep it once for all of a notification's deliveries.</summary>
    public string? Category { get; init; }

    /// <summary>See <see cref="Trigger.CollapseKey"/>.</summary>
    public string? CollapseKey { get; init; }

    /// <summary>See <see cref="Notification.TraceParent"/>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Its place in a chain of channels that stand in for each other; null when there is none.</summary>
    public FallbackPlace? Fallback { get; init; }

    /// <summary>When its notification was accepted.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Not before this time.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>Not after this time.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The attempts that spent its retry budget so far.</summary>
    public int AttemptsSpent { get; init; }

    /// <summary>The delay before the attempt at hand; zero before the first. The next delay grows from it.</summary>
    public TimeSpan RetryDelay { get; init; }

    /// <summary>The delivery's way.</summary>
    public Channel Channel => To.Channel;

    /// <summary>The id and channel; never the address or content.</summary>
    public override string ToString() => $"{Id} over {Channel}";
}

/// <summary>Where a delivery goes.</summary>
/// <param name="Channel">The channel that understands <paramref name="Value"/>.</param>
/// <param name="Value">An email address, a phone number, a push token, a URL, or what a custom channel uses.</param>
/// <param name="Platform">A push token's platform; null elsewhere.</param>
/// <param name="App">The app that a push token belongs to; null where a tenant has one app, and elsewhere.</param>
public sealed record Address(Channel Channel, string Value, Platform? Platform = null, string? App = null)
{
    /// <summary>The channel; never the address.</summary>
    public override string ToString() => Channel.Name;
}

/// <summary>A delivery's place among those that reach one recipient by different channels, one after the other.</summary>
/// <param name="Chain">The same for all deliveries of one notification to one recipient.</param>
/// <param name="Step">0 for the channels that are used at once, then counting up.</param>
public sealed record FallbackPlace(Guid Chain, int Step);
