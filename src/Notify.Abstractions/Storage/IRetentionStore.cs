using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A store that purges data after its retention period. Each method works in transactions of at most the specified number of
/// rows, so that other writes can proceed in between, and may rest after each of them. Several processes may purge at the same
/// time. A method for data that the store expires by itself need not be implemented: by default, it does nothing and returns 0.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IRetentionStore
{
    /// <summary>
    /// Purges notifications that were accepted before the specified time and have ended: all deliveries are terminal, all topics
    /// are expanded, and no events are waiting in a digest. Their deliveries, attempts, receipts, dead letters, contents,
    /// expansions and collected events are purged with them. A notification that has not ended is kept in full.
    /// </summary>
    /// <param name="acceptedBefore">The cutoff time. Notifications that were accepted at or after this time are kept.</param>
    /// <param name="most">The maximum number of rows per transaction.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of deliveries that were purged.</returns>
    ValueTask<long> PurgeNotificationsAsync(DateTimeOffset acceptedBefore, int most, CancellationToken cancellationToken);

    /// <summary>Purges idempotency keys that have expired.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="most">The maximum number of rows per transaction.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of keys that were purged.</returns>
    ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        ValueTask.FromResult(0L);

    /// <summary>Purges throttle permits that were taken before the specified time.</summary>
    /// <param name="takenBefore">The cutoff time. Permits that were taken at or after this time are kept.</param>
    /// <param name="most">The maximum number of rows per transaction.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of permits that were purged.</returns>
    ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken) =>
        ValueTask.FromResult(0L);

    /// <summary>Purges the counts of periods before the specified time.</summary>
    /// <param name="before">The beginning of a day. Counts of periods that begin at or after this time are kept.</param>
    /// <param name="most">The maximum number of rows per transaction.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of counts that were purged.</returns>
    ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        ValueTask.FromResult(0L);
}
