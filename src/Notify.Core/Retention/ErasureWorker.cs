using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Queue;
using Notify.Storage;

namespace Notify.Core.Retention;

/// <summary>
/// Erases the data of removed users. One pass reads the whole store for all pending erasures at once, because an index of
/// deliveries by user would cost every delivery a write. A second pass follows when an erasure is <see cref="SettleTime"/> old:
/// by then, the deliveries that were being planned while the user was removed are stored. No leader is needed, because a second
/// process finds nothing left to erase.
/// </summary>
internal sealed class ErasureWorker(
    IErasureStore erasures,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<ErasureWorker> logger
) : DueWorker(settings, options, time)
{
    /// <summary>The number of rows that one batch reads, which takes a store a few milliseconds.</summary>
    private const int BatchSize = 1_000;

    private const int MaxErasures = 1_000;

    private static readonly TimeSpan SettleTime = TimeSpan.FromMinutes(10);

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
        return false;
    }

    protected override void LogFailure(Exception exception) => Log.EraseFailed(logger, exception);

    private static bool HasSettled(Erasure erasure, DateTimeOffset now) => erasure.RequestedAt <= now - SettleTime;

    // Events come last, because the store removes older copies with the last batch of events.
    private async ValueTask<HashSet<Erasure>> EraseAsync(Erasure[] waiting, CancellationToken stopping)
    {
        var busy = new HashSet<Erasure>();
        await PassAsync(erasures.EraseDeliveriesAsync, waiting, busy, stopping).ConfigureAwait(false);
        await PassAsync(erasures.EraseEventsAsync, waiting, busy, stopping).ConfigureAwait(false);
        return busy;
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
