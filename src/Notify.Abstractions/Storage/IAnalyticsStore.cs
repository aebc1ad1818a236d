namespace Notify.Storage;

/// <summary>
/// Counts deliveries per minute. The attempts that notifications keep are the truth; this is the quick view of them.
/// </summary>
public interface IAnalyticsStore
{
    /// <summary>Adds to the counts of each count's minute.</summary>
    ValueTask AddAsync(IReadOnlyList<DeliveryCount> counts, CancellationToken cancellationToken);

    /// <summary>A tenant's counts from <paramref name="from"/> until before <paramref name="to"/>, by time.</summary>
    ValueTask<IReadOnlyList<DeliveryCount>> ListAsync(
        string tenant,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    );
}
