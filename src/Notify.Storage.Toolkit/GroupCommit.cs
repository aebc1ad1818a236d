namespace Notify.Storage.Toolkit;

/// <summary>
/// Commits the writes of concurrent callers together. While a batch is committed, the next one collects, so that callers share a
/// transaction and its flush to disk. If many wait, a second batch is committed beside the first. Items that the store refuses
/// fail their own call only. Thread-safe.
/// </summary>
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
    /// The number of batches that are committed at the same time. While the server flushes one to disk, it works on the other.
    /// </summary>
    private const int MaxCommits = 2;

    /// <summary>
    /// The number of waiting calls from which on a second batch is committed at the same time. For fewer, the second commit would
    /// cost more than the wait for the first one.
    /// </summary>
    private const int EnoughCalls = 16;

    private readonly Lock _lock = new();
    private readonly Queue<Call> _waiting = new();
    private int _commits;

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
            if (_commits == 0 || (_commits < MaxCommits && _waiting.Count >= EnoughCalls))
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
            await CommitTogetherAsync(batch).ConfigureAwait(false);
    }

    private bool TakeWaiting(List<Call> batch)
    {
        batch.Clear();
        lock (_lock)
        {
            // A few calls wait for the other commit, which then takes them.
            if (_waiting.Count == 0 || (_commits > 1 && _waiting.Count < EnoughCalls))
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

    private sealed record Call(IReadOnlyList<TItem> Items, int Rows)
    {
        public TaskCompletionSource<IReadOnlyList<TAnswer>> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
