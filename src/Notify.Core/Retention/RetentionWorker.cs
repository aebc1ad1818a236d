using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Core.Retention;

/// <summary>
/// Once a minute, deletes data that has expired or is older than <see cref="NotificationsOptions.Retention"/> or
/// <see cref="NotificationsOptions.CountRetention"/>, and moves old counts to longer periods. No leader is needed, because a
/// second process finds nothing left to delete or to move.
/// </summary>
internal sealed class RetentionWorker(
    IEnumerable<IRetentionStore> stores,
    IAnalyticsStore analytics,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<RetentionWorker> logger
) : BackgroundService
{
    /// <summary>
    /// The number of rows per transaction. It takes a store a few milliseconds, during which other writes may wait.
    /// </summary>
    private const int MaxRows = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            foreach (var store in stores)
                await PurgeAsync(store, stoppingToken).ConfigureAwait(false);
            await RollUpAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private async ValueTask PurgeAsync(IRetentionStore store, CancellationToken stopping)
    {
        try
        {
            var now = time.GetUtcNow();
            await store.PurgeIdempotencyKeysAsync(now, MaxRows, stopping).ConfigureAwait(false);
            await store.PurgePermitsAsync(now - Throttle.LongestPer, MaxRows, stopping).ConfigureAwait(false);
            if (options.Value.CountRetention is { } countRetention)
                await store.PurgeCountsAsync(GetDay(now - countRetention), MaxRows, stopping).ConfigureAwait(false);
            if (options.Value.Retention is not { } retention)
                return;

            var purged = await store.PurgeNotificationsAsync(now - retention, MaxRows, stopping).ConfigureAwait(false);
            if (purged > 0)
                Log.Purged(logger, purged, now - retention);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.PurgeFailed(logger, exception);
        }
    }

    private async ValueTask RollUpAsync(CancellationToken stopping)
    {
        try
        {
            var now = time.GetUtcNow();
            if (options.Value.MinuteCountRetention is { } minutes)
                await analytics
                    .RollUpAsync(AnalyticsResolution.Minute, GetDay(now - minutes), MaxRows, stopping)
                    .ConfigureAwait(false);
            if (options.Value.HourCountRetention is { } hours)
                await analytics
                    .RollUpAsync(AnalyticsResolution.Hour, GetDay(now - hours), MaxRows, stopping)
                    .ConfigureAwait(false);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.RollUpFailed(logger, exception);
        }
    }

    // Only whole days are purged and moved.
    private static DateTimeOffset GetDay(DateTimeOffset time) => AnalyticsResolution.Day.GetStart(time);
}
