using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Core.Retention;

/// <summary>
/// Once a minute purges what has expired, and what is older than <see cref="NotificationsOptions.Retention"/> and
/// <see cref="NotificationsOptions.CountRetention"/>. It has no leader: a second process finds nothing to purge.
/// </summary>
internal sealed class RetentionWorker(
    IEnumerable<IRetentionStore> stores,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<RetentionWorker> logger
) : BackgroundService
{
    /// <summary>Rows per transaction: a few milliseconds of a store's time, for which others may have to wait.</summary>
    private const int MostRows = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            foreach (var store in stores)
                await PurgeAsync(store, stoppingToken).ConfigureAwait(false);
        }
    }

    private async ValueTask PurgeAsync(IRetentionStore store, CancellationToken stopping)
    {
        try
        {
            var now = time.GetUtcNow();
            await store.PurgeIdempotencyKeysAsync(now, MostRows, stopping).ConfigureAwait(false);
            await store.PurgePermitsAsync(now - Throttle.LongestPer, MostRows, stopping).ConfigureAwait(false);
            if (options.Value.CountRetention is { } countRetention)
                await store.PurgeCountsAsync(now - countRetention, MostRows, stopping).ConfigureAwait(false);
            if (options.Value.Retention is not { } retention)
                return;

            var purged = await store.PurgeNotificationsAsync(now - retention, MostRows, stopping).ConfigureAwait(false);
            if (purged > 0)
                Log.Purged(logger, purged, now - retention);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.PurgeFailed(logger, exception);
        }
    }
}
