using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A store of delivery counts per minute. The counts are a fast view; the attempts that are kept with the notifications are
/// authoritative.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IAnalyticsStore
{
    /// <summary>Adds the specified counts to those that are already stored for the same minutes.</summary>
    /// <param name="counts">The counts to add.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask AddAsync(IReadOnlyList<DeliveryCount> counts, CancellationToken cancellationToken);

    /// <summary>Lists the counts of a tenant in order of time.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="from">The inclusive start of the period.</param>
    /// <param name="to">The exclusive end of the period.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<DeliveryCount>> ListAsync(
        string tenant,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    );
}
