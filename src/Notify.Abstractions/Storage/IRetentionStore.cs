namespace Notify.Storage;

/// <summary>
/// Purges what is not to be kept any longer. Each member works in transactions of at most as many rows as it is told, so that
/// others write between them, and several processes may purge at the same time. A member for what a store forgets by itself does
/// nothing and says 0.
/// </summary>
public interface IRetentionStore
{
    /// <summary>
    /// Purges notifications that were accepted before a time and have ended: every delivery terminal, every topic expanded, no
    /// event waiting in a digest. Their deliveries, attempts, receipts, dead letters, contents, expansions and collected events
    /// go with them. One that has not ended is kept whole. Answers how many deliveries were purged.
    /// </summary>
    ValueTask<long> PurgeNotificationsAsync(DateTimeOffset acceptedBefore, int most, CancellationToken cancellationToken);

    /// <summary>Purges idempotency keys that are free again at <paramref name="now"/>. Says how many.</summary>
    ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken);

    /// <summary>Purges the permits of throttles that were taken before a time. Says how many.</summary>
    ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken);

    /// <summary>Purges the counts of minutes before a time. Says how many.</summary>
    ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken);
}
