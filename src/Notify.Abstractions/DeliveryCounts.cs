namespace Notify;

/// <summary>A query for the number of deliveries that were settled within a period.</summary>
public sealed record DeliveryCountQuery
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the inclusive start of the period. Default: one hour before <see cref="To"/>.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the exclusive end of the period, at most 7 days after <see cref="From"/>. Default: now.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>The number of deliveries that were settled within a period.</summary>
public sealed record DeliveryCounts
{
    /// <summary>Gets the inclusive start of the period.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Gets the exclusive end of the period.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Gets the counts of all minutes that begin within the period, in order of time.</summary>
    public required IReadOnlyList<DeliveryCount> Counts { get; init; }
}

/// <summary>
/// The number of deliveries of one kind that were settled within one minute. It contains no address and no content.
/// </summary>
public readonly record struct DeliveryCount
{
    /// <summary>Gets the beginning of the minute.</summary>
    public required DateTimeOffset Minute { get; init; }

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>Gets the name of the provider.</summary>
    public required string Provider { get; init; }

    /// <summary>
    /// Gets the state to which the deliveries were settled; <see cref="DeliveryState.Pending"/> means that they will be retried.
    /// </summary>
    public required DeliveryState State { get; init; }

    /// <summary>Gets the number of deliveries.</summary>
    public required long Count { get; init; }
}
