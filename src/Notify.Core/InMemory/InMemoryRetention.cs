using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>Purges the in-memory stores, for tests.</summary>
internal sealed class InMemoryRetention(InMemoryStore store, InMemoryThrottles throttles, InMemoryAnalytics analytics)
    : IRetentionStore
{
    public ValueTask<long> PurgeNotificationsAsync(
        DateTimeOffset acceptedBefore,
        int most,
        CancellationToken cancellationToken
    ) => new(store.PurgeNotifications(acceptedBefore));

    public ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        new(store.PurgeIdempotencyKeys(now));

    public ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken) =>
        new(throttles.Purge(takenBefore));

    public ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        new(analytics.Purge(before));
}
