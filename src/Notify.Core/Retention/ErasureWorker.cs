using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Queue;
using Notify.Storage;

namespace Notify.Core.Retention;

/// <summary>
/// Erases the data of removed users. One pass reads the whole store for all pending erasures at once, because an index of
/// deliveries by user would cost every delivery a write. A second pass follows when an erasure is
/// <see cref="EngineSettings.ErasureSettleTime"/> old: by then, the deliveries that were being planned while the user was removed
/// are stored. No leader is needed, because a second process finds nothing left to erase.
/// </summary>
internal sealed class ErasureWorker(
    IErasureStore erasures,
    IUserStore users,
    InboxCleanup inboxes,
    IEnumerable<IErasureHandler> handlers,
    IntervalTimer timer,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<ErasureWorker> logger
) : DueWorker(timer, settings, options, time)
{
    /// <summary>The number of rows that one batch reads, which takes a store a few milliseconds.</summary>
    private const int BatchSize = 1_000;

    /// <summary>The number of erasures of one pass, taken from the tenants in turn.</summary>
    private const int MaxErasures = 1_000;

    /// <summary>The erasures that had their first pass and wait for the second.</summary>
    private HashSet<Erasure> _passedOnce = [];

    protected override TimeSpan Interval => TimeSpan.FromMinutes(1);

    protected override async ValueTask<bool> WorkAsync(CancellationToken stopping)
    {
        var now = Time.GetUtcNow();
        var known = await erasures.ListAsync(MaxErasures, stopping).ConfigureAwait(false);
        Erasure[] waiting = [.. known.Where(erasure => !_passedOnce.Contains(erasure) || HasSettled(erasure, now))];
        if (waiting.Length == 0)
            return false;

        var busy = await EraseAsync(waiting, stopping).ConfigureAwait(false);
        Erasure[] done = [.. waiting.Except(busy)];
        Erasure[] complete = [.. done.Where(erasure => HasSettled(erasure, now))];
        if (complete.Length > 0)
        {
            await erasures.CompleteAsync(complete, stopping).ConfigureAwait(false);
            Log.Erased(logger, complete.Length);
        }

        _passedOnce = [.. known.Where(erasure => _passedOnce.Contains(erasure) || done.Contains(erasure)).Except(complete)];
        return complete.Length > 0 && known.Count == MaxErasures;
    }

    protected override void LogFailure(Exception exception) => Log.EraseFailed(logger, exception);

    private bool HasSettled(Erasure erasure, DateTimeOffset now) => erasure.RequestedAt <= now - Settings.ErasureSettleTime;

    // Events come last, because the store removes older copies with the last batch of events.
    private async ValueTask<HashSet<Erasure>> EraseAsync(Erasure[] waiting, CancellationToken stopping)
    {
        var busy = new HashSet<Erasure>();
        var extended = await ExtendAsync(waiting, stopping).ConfigureAwait(false);
        await PassAsync(erasures.EraseDeliveriesAsync, extended, busy, stopping).ConfigureAwait(false);
        await PassAsync(erasures.EraseEventsAsync, extended, busy, stopping).ConfigureAwait(false);
        await inboxes.EraseAsync(extended, stopping).ConfigureAwait(false);
        foreach (var handler in handlers)
            await handler.EraseAsync(extended, stopping).ConfigureAwait(false);
        var names = busy.Select(erasure => (erasure.Tenant, erasure.UserId)).ToHashSet();
        return [.. waiting.Where(erasure => names.Contains((erasure.Tenant, erasure.UserId)))];
    }

    // An erasure is requested before its user is removed, and what is accepted between the two is also for the removed user. As
    // long as no user has the id again, everything that was accepted until now belongs to the removed one.
    private async ValueTask<Erasure[]> ExtendAsync(Erasure[] waiting, CancellationToken stopping)
    {
        var now = Time.GetUtcNow();
        var extended = new List<Erasure>(waiting.Length);
        foreach (var tenant in waiting.GroupBy(erasure => erasure.Tenant))
        {
            string[] ids = [.. tenant.Select(erasure => erasure.UserId)];
            var found = await users.FindAsync(tenant.Key, ids, stopping).ConfigureAwait(false);
            var present = found.Select(user => user.Id).ToHashSet(StringComparer.Ordinal);
            extended.AddRange(
                tenant.Select(erasure => present.Contains(erasure.UserId) ? erasure : erasure with { RequestedAt = now })
            );
        }

        return [.. extended];
    }

    private async ValueTask PassAsync(
        Func<ErasureBatch, CancellationToken, ValueTask<ErasureStep>> erase,
        Erasure[] waiting,
        HashSet<Erasure> busy,
        CancellationToken stopping
    )
    {
        for (Guid? after = Guid.Empty; after is not null; )
        {
            var batch = new ErasureBatch
            {
                Erasures = waiting,
                After = after.Value,
                Limit = BatchSize,
                Now = Time.GetUtcNow(),
            };
            var step = await erase(batch, stopping).ConfigureAwait(false);
            busy.UnionWith(step.Busy);
            after = step.Next;
        }
    }
}
