using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Planning;

namespace Notify.Storage;

/// <summary>
/// Once a minute purges what has expired, and what is older than <see cref="NotificationsOptions.Retention"/>. It has no leader:
/// what one process has purged another does not find.
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
            if (options.Value.Retention is not { } retention)
                return;

            var purged = await store.PurgeNotificationsAsync(now - retention, MostRows, stopping).ConfigureAwait(false);
            await store.PurgeCountsAsync(now - retention, MostRows, stopping).ConfigureAwait(false);
            if (purged > 0)
                Log.Purged(logger, purged, now - retention);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.PurgeFailed(logger, exception);
        }
    }
}
