namespace Notify;

/// <summary>
/// The figures of a tenant: how many notifications were accepted, and how many deliveries were sent, delivered, opened, clicked
/// or failed, by time and by name. The HTTP API is built on this interface, so both validate and answer in the same way.
/// </summary>
public interface IAnalytics
{
    /// <summary>Sums the figures of a period.</summary>
    /// <param name="query">The figures to sum, and by what to group them.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The query is invalid, or its answer would be too large.</exception>
    Task<AnalyticsResult> QueryAsync(AnalyticsQuery query, CancellationToken cancellationToken = default);

    /// <summary>Validates a query. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="query">The query.</param>
    /// <returns>The errors; empty if the query is valid.</returns>
    IReadOnlyList<FieldError> Validate(AnalyticsQuery query);
}

/// <summary>A query for figures.</summary>
public sealed record AnalyticsQuery
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>
    /// Gets the inclusive start of the period. It is moved back to the start of the minute, hour or day, in UTC. Default: an hour
    /// before <see cref="To"/> for minutes, a day for hours and totals, and 30 days for days.
    /// </summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>
    /// Gets the exclusive end of the period. It is moved on to the end of the minute, hour or day, in UTC. Default: now.
    /// </summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>
    /// Gets the length of the periods that have a row each. The query has at most 10,080 of them. Default: an hour.
    /// </summary>
    public AnalyticsResolution Resolution { get; init; } = AnalyticsResolution.Hour;

    /// <summary>Gets the names that have a row each. Default: none.</summary>
    public AnalyticsDimensions GroupBy { get; init; }

    /// <summary>Gets the only channel to include; null for all figures.</summary>
    public Channel? Channel { get; init; }

    /// <summary>Gets the only provider to include; null for all figures.</summary>
    public string? Provider { get; init; }

    /// <summary>Gets the only template to include; null for all figures.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the only workflow to include; null for all figures.</summary>
    public string? Workflow { get; init; }

    /// <summary>Gets the only category to include; null for all figures.</summary>
    public string? Category { get; init; }
}

/// <summary>The figures of a period.</summary>
public sealed record AnalyticsResult
{
    /// <summary>Gets the inclusive start of the period that was summed.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Gets the exclusive end of the period that was summed.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Gets the rows, in order of time and then of names. A period without events has no row.</summary>
    public required IReadOnlyList<AnalyticsRow> Rows { get; init; }
}

/// <summary>The figures of one period and one group of names.</summary>
public sealed record AnalyticsRow
{
    /// <summary>Gets the start of the period, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Gets the channel; null for events without one, and if the query does not group by it.</summary>
    public Channel? Channel { get; init; }

    /// <summary>Gets the provider; null for events without one, and if the query does not group by it.</summary>
    public string? Provider { get; init; }

    /// <summary>Gets the template; null for events without one, and if the query does not group by it.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the workflow; null for events without one, and if the query does not group by it.</summary>
    public string? Workflow { get; init; }

    /// <summary>Gets the category; null for events without one, and if the query does not group by it.</summary>
    public string? Category { get; init; }

    /// <summary>Gets the number of notifications that were accepted. They belong to no channel and no provider.</summary>
    public long Accepted { get; init; }

    /// <summary>Gets the number of deliveries that a vendor accepted.</summary>
    public long Sent { get; init; }

    /// <summary>Gets the number of deliveries that reached the device or mailbox.</summary>
    public long Delivered { get; init; }

    /// <summary>Gets the number of deliveries that were opened.</summary>
    public long Opened { get; init; }

    /// <summary>Gets the number of deliveries in which a link was followed.</summary>
    public long Clicked { get; init; }

    /// <summary>Gets the number of deliveries that were returned.</summary>
    public long Bounced { get; init; }

    /// <summary>Gets the number of deliveries that the recipient marked as spam.</summary>
    public long Complained { get; init; }

    /// <summary>Gets the number of deliveries that ended without being sent.</summary>
    public long Failed { get; init; }

    /// <summary>Gets the number of failed deliveries by the class of the reason; see <see cref="FailureClasses"/>.</summary>
    public required IReadOnlyDictionary<string, long> FailedBy { get; init; }

    /// <summary>Gets the number of attempts that failed and were repeated later.</summary>
    public long Retried { get; init; }

    /// <summary>Gets the number of times that a delivery was postponed or moved to another provider without an attempt.</summary>
    public long Postponed { get; init; }

    /// <summary>Gets the number of deliveries that were due, and that their recipients no longer wanted.</summary>
    public long Cancelled { get; init; }

    /// <summary>Gets the number of devices that were removed because a vendor reported their token as invalid.</summary>
    public long Pruned { get; init; }

    /// <summary>Gets the costs by the ISO 4217 code of the currency.</summary>
    public required IReadOnlyDictionary<string, decimal> Costs { get; init; }
}
