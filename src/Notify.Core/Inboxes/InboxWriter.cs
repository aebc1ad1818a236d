using Notify.Storage;

namespace Notify.Core.Inboxes;

/// <summary>
/// Adds items to the store in batches. While one batch is written, the next one collects, so that concurrent deliveries share a
/// transaction.
/// </summary>
internal sealed class InboxWriter(IInboxStore store, InboxEvents events)
{
    private const int MaxBatch = 500;

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _isWriting;

    /// <summary>Adds an item. The task ends when the item is stored, and fails if it could not be.</summary>
    public Task AddAsync(InboxItem item)
    {
        var waiting = new Waiting(item);
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            if (!_isWriting)
            {
                _isWriting = true;
                _ = Task.Run(WriteAllAsync, CancellationToken.None);
            }
        }

        return waiting.Stored.Task;
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Waiting>();
        while (TakeWaiting(batch))
            await WriteAsync(batch).ConfigureAwait(false);
    }

    private bool TakeWaiting(List<Waiting> batch)
    {
        batch.Clear();
        lock (_lock)
        {
            while (batch.Count < MaxBatch && _waiting.TryDequeue(out var waiting))
                batch.Add(waiting);
            return _isWriting = batch.Count > 0;
        }
    }

    // A batch that fails as a whole is written item by item, so that an item that the store refuses does not hold up the others.
    private async ValueTask WriteAsync(IReadOnlyList<Waiting> batch)
    {
        try
        {
            InboxItem[] items = [.. batch.Select(waiting => waiting.Item).DistinctBy(item => item.Id)];
            await store.AddAsync(items, CancellationToken.None).ConfigureAwait(false);
            events.Publish(items);
            foreach (var waiting in batch)
                waiting.Stored.TrySetResult();
        }
        catch (Exception exception) when (batch.Count == 1)
        {
            batch[0].Stored.TrySetException(exception);
        }
        catch (Exception)
        {
            foreach (var waiting in batch)
                await WriteAsync([waiting]).ConfigureAwait(false);
        }
    }

    private sealed record Waiting(InboxItem Item)
    {
        public TaskCompletionSource Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
