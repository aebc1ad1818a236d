using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Auditing;
using Notify.Core.Broadcasts;
using Notify.Storage;

namespace Notify.Core.Retention;

/// <summary>
/// Once a minute, deletes data that has expired or is older than <see cref="NotificationsOptions.Retention"/>,
/// <see cref="NotificationsOptions.CountRetention"/>, <see cref="NotificationsOptions.AuditRetention"/> or
/// <see cref="InboxOptions.Retention"/>, and moves old counts to longer periods. No leader is needed, because a second process
/// finds nothing left to delete or to move.
/// </summary>
internal sealed class RetentionWorker(
    IEnumerable<IRetentionStore> stores,
    IAnalyticsStore analytics,
    AuditLog audit,
    InboxCleanup inboxes,
    BroadcastPauses pauses,
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
                await TryAsync(stopping => PurgeAsync(store, stopping), stoppingToken).ConfigureAwait(false);
            await TryAsync(RollUpAsync, stoppingToken).ConfigureAwait(false);
            await TryAsync(stopping => inboxes.PurgeAsync(time.GetUtcNow(), stopping), stoppingToken).ConfigureAwait(false);
            await TryAsync(PurgeAuditAsync, stoppingToken).ConfigureAwait(false);
            await TryAsync(PurgePausesAsync, stoppingToken).ConfigureAwait(false);
        }
    }

    // What cannot be deleted now is deleted a minute later, and does not keep the rest.
    private async ValueTask TryAsync(Func<CancellationToken, ValueTask> work, CancellationToken stopping)
    {
        try
        {
            await work(stopping).ConfigureAwait(false);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.PurgeFailed(logger, exception);
        }
    }

    private async ValueTask PurgeAsync(IRetentionStore store, CancellationToken stopping)
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

    private async ValueTask PurgeAuditAsync(CancellationToken stopping)
    {
        if (options.Value.AuditRetention is not { } retention)
            return;

        var before = time.GetUtcNow() - retention;
        while (await audit.PurgeAsync(before, MaxRows, stopping).ConfigureAwait(false) == MaxRows) { }
    }

    private async ValueTask PurgePausesAsync(CancellationToken stopping)
    {
        if (options.Value.Retention is { } retention)
            await pauses.PurgeAsync(time.GetUtcNow() - retention, MaxRows, stopping).ConfigureAwait(false);
    }

    private async ValueTask RollUpAsync(CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        if (options.Value.MinuteCountRetention is { } minutes)
            await analytics
                .RollUpAsync(AnalyticsResolution.Minute, GetDay(now - minutes), MaxRows, stopping)
                .ConfigureAwait(false);
        if (options.Value.HourCountRetention is { } hours)
            await analytics.RollUpAsync(AnalyticsResolution.Hour, GetDay(now - hours), MaxRows, stopping).ConfigureAwait(false);
    }

    // Only whole days are purged and moved.
    private static DateTimeOffset GetDay(DateTimeOffset time) => AnalyticsResolution.Day.GetStart(time);
}
