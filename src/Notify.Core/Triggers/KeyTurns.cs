namespace Notify.Core.Triggers;

/// <summary>
/// Lets triggers of this process that use the same idempotency key take turns if they may be throttled. Otherwise one of several
/// concurrent calls could take the last permit, while another one, which got none, becomes the notification and sends nothing.
/// </summary>
internal sealed class KeyTurns
{
    /// <summary>Different keys share a lane rarely, and then wait only for a write.</summary>
    private const int Lanes = 256;

    private readonly Lane[] _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new Lane())];

    /// <summary>
    /// Waits for the turn of a trigger's key, which lasts until the returned value is disposed of. The wait cannot be cancelled:
    /// it lasts only as long as the calls before, which can be.
    /// </summary>
    public async ValueTask<Turn> EnterAsync(Trigger trigger)
    {
        // Whether a workflow has a throttle is not known yet.
        if (trigger.IdempotencyKey is not { } key || trigger is { Throttle: null, Workflow: null })
            return default;

        var lane = _lanes[(uint)HashCode.Combine(trigger.Tenant, key) % Lanes];
        await lane.EnterAsync().ConfigureAwait(false);
        return new Turn(lane);
    }

    /// <summary>The turn of a key; none by default.</summary>
    public readonly struct Turn(Lane held) : IDisposable
    {
        private readonly Lane? _held = held;

        public void Dispose() => _held?.Leave();
    }

    /// <summary>
    /// A queue of calls. The next call continues on the thread of the one that leaves, as it does after any other write. A
    /// semaphore would move it to the thread pool, which a simulation must not use.
    /// </summary>
    public sealed class Lane
    {
        private readonly Lock _lock = new();
        private readonly Queue<TaskCompletionSource> _waiting = [];
        private bool _isTaken;

        public Task EnterAsync()
        {
            lock (_lock)
            {
                if (!_isTaken)
                {
                    _isTaken = true;
                    return Task.CompletedTask;
                }

                var turn = new TaskCompletionSource();
                _waiting.Enqueue(turn);
                return turn.Task;
            }
        }

        public void Leave()
        {
            TaskCompletionSource? next;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out next))
                    _isTaken = false;
            }

            next?.SetResult();
        }
    }
}
