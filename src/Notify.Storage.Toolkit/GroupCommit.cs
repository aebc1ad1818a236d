using System.Diagnostics;

namespace Notify.Storage.Toolkit;

/// <summary>
/// Commits the writes of concurrent callers together. While a batch is committed, the next one collects, so that callers share a
/// transaction and its flush to disk. Items that the store refuses fail their own call only. Thread-safe.
/// </summary>
/// <remarks>
/// Callers that call again at once form two groups, each of which collects while the other is committed. If commits are fast,
/// both are committed at the same time: while the server flushes one, it works on the other. If commits are slow, their number
/// limits the rate, and the two groups are made one (<see cref="WaitForAnsweredCallersAsync"/>).
/// </remarks>
/// <typeparam name="TItem">The item to write.</typeparam>
/// <typeparam name="TAnswer">The answer for one item.</typeparam>
/// <param name="store">The store's name in metrics, such as <c>postgresql</c>.</param>
/// <param name="commit">Writes the items of one batch in one transaction and returns one answer per item, in their order.</param>
/// <param name="isFaultOfOneCall">
/// Decides whether the items of one call may have caused a failure. If so, each call is committed alone. A lost connection fails
/// all calls, and committing each alone would only make them wait longer.
/// </param>
public sealed class GroupCommit<TItem, TAnswer>(
    string store,
    Func<IReadOnlyList<TItem>, ValueTask<TAnswer[]>> commit,
    Func<Exception, bool> isFaultOfOneCall
)
{
    /// <summary>
    /// The maximum number of rows in a batch: enough to make a flush cheap, few enough that its callers do not wait long.
    /// </summary>
    private const int MaxRows = 4_096;

    /// <summary>
    /// The number of waiting calls from which on a second batch is committed beside the first. For fewer, a further commit costs
    /// more than the wait.
    /// </summary>
    private const int CallsForSecond = 16;

    /// <summary>With this many waiting calls, more would not make a flush noticeably cheaper.</summary>
    private const int EnoughCalls = 512;

    /// <summary>
    /// A commit that took this long is worth waiting for callers. Timers are not more precise than a millisecond.
    /// </summary>
    private static readonly TimeSpan SlowCommit = TimeSpan.FromMilliseconds(4);

    /// <summary>The longest wait for callers. A commit may take seconds because of a lock or a restart of the server.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly Queue<Call> _waiting = new();
    private int _commits;
    private volatile bool _isSlow;
    private Expected? _expected;

    /// <summary>Commits items together with those of other callers, and returns one answer per item.</summary>
    /// <param name="items">The items to commit.</param>
    /// <param name="rows">The number of rows that they write.</param>
    /// <param name="cancellationToken">
    /// Cancels the call before its items are queued. Queued items are always written and their answer is awaited, because a
    /// caller that stopped waiting would not know whether they were stored.
    /// </param>
    public async ValueTask<IReadOnlyList<TAnswer>> RunAsync(
        IReadOnlyList<TItem> items,
        int rows,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = new Call(items, rows);
        lock (_lock)
        {
            _waiting.Enqueue(call);
            if (_waiting.Count >= _expected?.Calls)
                _expected.Arrived.TrySetResult();
            if (_commits == 0 || (_commits == 1 && MayCommitSecond()))
            {
                _commits++;
                _ = Task.Run(CommitWaitingAsync, CancellationToken.None);
            }
        }

        return await call.Answer.Task.ConfigureAwait(false);
    }

    private async Task CommitWaitingAsync()
    {
        var batch = new List<Call>();
        while (TakeWaiting(batch))
        {
            var started = Stopwatch.GetTimestamp();
            await CommitTogetherAsync(batch).ConfigureAwait(false);
            var elapsed = Stopwatch.GetElapsedTime(started);
            _isSlow = elapsed >= SlowCommit;
            if (_isSlow)
                await WaitForAnsweredCallersAsync(batch.Count, elapsed).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Waits a short time for the callers that have just got their answer, because many call again at once. Without it, callers
    /// that always call again form two groups, each of which waits while the other is committed, and every batch has half of the
    /// callers. If a flush takes long, that halves the rate. The wait is at most a fifth of what the commit took, and 5 ms.
    /// </summary>
    private async ValueTask WaitForAnsweredCallersAsync(int answered, TimeSpan commit)
    {
        Expected expected;
        lock (_lock)
        {
            if (answered == 1 || _commits > 1 || _waiting.Count >= EnoughCalls)
                return;
            _expected = expected = new Expected(_waiting.Count + answered);
        }

        // The disk takes real time, whatever clock the application has.
        var wait = commit / 5 < MaxWait ? commit / 5 : MaxWait;
        var late = Task.Delay(wait, TimeProvider.System);
        await Task.WhenAny(expected.Arrived.Task, late).ConfigureAwait(false);
        lock (_lock)
            _expected = null;
    }

    private bool TakeWaiting(List<Call> batch)
    {
        batch.Clear();
        lock (_lock)
        {
            // What does not need a second commit waits for the other one.
            if (_waiting.Count == 0 || (_commits > 1 && !MayCommitSecond()))
            {
                _commits--;
                return false;
            }

            for (
                var rows = 0;
                _waiting.TryPeek(out var call) && (rows == 0 || rows + call.Rows <= MaxRows);
                rows += Math.Max(1, call.Rows)
            )
                batch.Add(_waiting.Dequeue());
            return true;
        }
    }

    private bool MayCommitSecond() => !_isSlow && _waiting.Count >= CallsForSecond;

    private async ValueTask CommitTogetherAsync(IReadOnlyList<Call> batch)
    {
        try
        {
            TItem[] items = [.. batch.SelectMany(call => call.Items)];
            var answers = await commit(items).ConfigureAwait(false);
            CommitTelemetry.RecordCommit(store, batch.Count);
            SetAnswers(answers, batch);
        }
        catch (Exception exception) when (batch.Count == 1 || !isFaultOfOneCall(exception))
        {
            foreach (var call in batch)
                call.Answer.TrySetException(exception);
        }
        catch (Exception)
        {
            foreach (var call in batch)
                await CommitTogetherAsync([call]).ConfigureAwait(false);
        }
    }

    private static void SetAnswers(TAnswer[] answers, IReadOnlyList<Call> batch)
    {
        var begin = 0;
        foreach (var call in batch)
        {
            call.Answer.TrySetResult(new ArraySegment<TAnswer>(answers, begin, call.Items.Count));
            begin += call.Items.Count;
        }
    }

    /// <summary>The number of waiting calls at which the next batch begins.</summary>
    private sealed record Expected(int Calls)
    {
        public TaskCompletionSource Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Call(IReadOnlyList<TItem> Items, int Rows)
    {
        public TaskCompletionSource<IReadOnlyList<TAnswer>> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
