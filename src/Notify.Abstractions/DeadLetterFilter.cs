namespace Notify;

/// <summary>A filter for dead letters. A dead letter must match all of the specified criteria.</summary>
public sealed record DeadLetterFilter
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the IDs of the deliveries, 1 to 1,000; null for any.</summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>Gets the name of the provider that was last responsible for the delivery; null for any.</summary>
    public string? Provider { get; init; }

    /// <summary>Gets the text that the reason must contain, in the same case; null for any.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the inclusive start of the period in which the delivery ended.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the exclusive end of the period in which the delivery ended.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>A request to replay dead letters.</summary>
public sealed record DeadLetterReplay
{
    /// <summary>Gets the dead letters to replay.</summary>
    public required DeadLetterFilter Filter { get; init; }

    /// <summary>
    /// Gets whether every dead letter of the tenant is replayed. Required to be true if the filter has no criteria, and false
    /// otherwise. Default: false.
    /// </summary>
    public bool All { get; init; }

    /// <summary>
    /// Gets the time at which the replayed deliveries expire; null for <see cref="NotificationsOptions.DefaultTimeToLive"/> from
    /// now.
    /// </summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Gets whether the dead letters are only counted. Default: false.</summary>
    public bool DryRun { get; init; }
}

/// <summary>The result of a replay.</summary>
public sealed record ReplayResult
{
    /// <summary>Gets the number of dead letters that were replayed, or that a dry run would have replayed.</summary>
    public required long Count { get; init; }
}
