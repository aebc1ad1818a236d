namespace Notify.Core.Triggers;

/// <summary>
/// Lets triggers of this process that use the same idempotency key take turns if they may be throttled. Otherwise one of several
/// concurrent calls could take the last permit, while another one, which got none, becomes the notification and sends nothing.
/// </summary>
internal sealed class KeyTurns
{
    private readonly Lock _lock = new();

    /// <summary>The keys in use, with the calls that wait for each; null while no call has waited.</summary>
    private readonly Dictionary<(string Tenant, string Key), Queue<TaskCompletionSource>?> _held = [];

    /// <summary>
    /// Waits for the turn of a trigger's key, which lasts until the returned value is disposed of. The wait cannot be cancelled:
    /// it lasts only as long as the calls before, which can be.
    /// </summary>
    public async ValueTask<Turn> EnterAsync(Trigger trigger)
    {
        // Whether a workflow has a throttle is not known yet.
        if (trigger.IdempotencyKey is not { } key || trigger is { Throttle: null, Workflow: null })
            return default;

        await EnterAsync((trigger.Tenant, key)).ConfigureAwait(false);
        return new Turn(this, (trigger.Tenant, key));
    }

    private Task EnterAsync((string Tenant, string Key) key)
    {
        lock (_lock)
        {
            if (_held.TryAdd(key, null))
                return Task.CompletedTask;

            // The next call continues on the thread of the one that leaves, as it does after any other write. A semaphore would
            // move it to the thread pool, which a simulation must not use.
            var turn = new TaskCompletionSource();
            (_held[key] ??= []).Enqueue(turn);
            return turn.Task;
        }
    }

    private void Leave((string Tenant, string Key) key)
    {
        TaskCompletionSource? next = null;
        lock (_lock)
        {
            if (_held[key]?.TryDequeue(out next) != true)
                _held.Remove(key);
        }

        next?.SetResult();
    }

    /// <summary>The turn of a key; none by default.</summary>
    public readonly struct Turn(KeyTurns turns, (string Tenant, string Key) key) : IDisposable
    {
        private readonly KeyTurns? _turns = turns;

        public void Dispose() => _turns?.Leave(key);
    }
}
