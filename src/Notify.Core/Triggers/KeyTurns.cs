namespace Notify.Core.Triggers;

/// <summary>
/// Lets triggers of this process that use the same idempotency key take turns if they may be throttled. Otherwise one of several
/// concurrent calls could take the last permit, while another one, which got none, becomes the notification and sends nothing.
/// </summary>
internal sealed class KeyTurns
{
    /// <summary>Different keys share a turn rarely, and then wait only for a write.</summary>
    private const int Count = 256;

    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the turn of a trigger's key, which lasts until the returned value is disposed of.</summary>
    public async ValueTask<Turn> EnterAsync(Trigger trigger, CancellationToken cancellationToken)
    {
        // Whether a workflow has a throttle is not known yet.
        if (trigger.IdempotencyKey is not { } key || trigger is { Throttle: null, Workflow: null })
            return default;

        var turn = _turns[(uint)HashCode.Combine(trigger.Tenant, key) % Count];
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Turn(turn);
    }

    /// <summary>The turn of a key; none by default.</summary>
    public readonly struct Turn(SemaphoreSlim held) : IDisposable
    {
        private readonly SemaphoreSlim? _held = held;

        public void Dispose() => _held?.Release();
    }
}
