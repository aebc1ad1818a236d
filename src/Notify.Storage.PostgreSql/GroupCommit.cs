using Notify.Telemetry;

namespace Notify.Storage.PostgreSql;

/// <summary>
/// While one batch is being committed, the next one collects: callers that come together share a transaction and its flush to
/// disk. A call that fails does not take the others along.
/// </summary>
/// <param name="store">The store's name in metrics.</param>
/// <param name="commit">Writes the items of one batch together, and answers in their order.</param>
/// <param name="isFaultOfOneCall">
/// Whether a failure may be due to one call's items. Trying each by itself after a lost connection, which fails them all, would
/// only make them wait longer.
/// </param>
internal sealed class GroupCommit<TItem, TAnswer>(
    string store,
    Func<IReadOnlyList<TItem>, ValueTask<TAnswer[]>> commit,
    Func<Exception, bool> isFaultOfOneCall
)
{
    /// <summary>
    /// How many rows a batch collects; enough to make a flush cheap, little enough to keep its callers from waiting long.
    /// </summary>
    private const int MaxRows = 4_096;

    private readonly Lock _lock = new();
    private readonly Queue<Call> _waiting = new();
    private bool _isCommitting;

    /// <param name="items">The items to commit.</param>
    /// <param name="rows">How many rows they write.</param>
    /// <param name="cancellationToken">Has no effect once the items wait to be written: they are written, and the answer is
    /// awaited.</param>
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
            if (!_isCommitting)
            {
                _isCommitting = true;
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
            for (
                var rows = 0;
                _waiting.TryPeek(out var call) && (rows == 0 || rows + call.Rows <= MaxRows);
                rows += Math.Max(1, call.Rows)
            )
                batch.Add(_waiting.Dequeue());
            return _isCommitting = batch.Count > 0;
        }
    }

    private async ValueTask CommitTogetherAsync(IReadOnlyList<Call> batch)
    {
        try
        {
            TItem[] items = [.. batch.SelectMany(call => call.Items)];
            var answers = await commit(items).ConfigureAwait(false);
            NotifyTelemetry.RecordCommit(store, batch.Count);
            HandOut(answers, batch);
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

    private static void HandOut(TAnswer[] answers, IReadOnlyList<Call> batch)
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
