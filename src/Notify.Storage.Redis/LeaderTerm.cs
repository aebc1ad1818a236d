namespace Notify.Storage.Redis;

/// <summary>The time in which this process is the leader. Dispose of it to let another process lead at once.</summary>
public sealed class LeaderTerm : IAsyncDisposable
{
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _ended = new();
    private readonly Func<LeaderTerm, CancellationToken, Task> _renew;
    private readonly Func<Task> _release;
    private Task _renewing = Task.CompletedTask;

    internal LeaderTerm(
        string role,
        long fence,
        CancellationTokenSource lost,
        Func<LeaderTerm, CancellationToken, Task> renew,
        Func<Task> release
    )
    {
        (Role, Fence) = (role, fence);
        (_lost, _renew, _release) = (lost, renew, release);
        Lost = lost.Token;
    }

    /// <summary>Gets the role.</summary>
    public string Role { get; }

    /// <summary>
    /// Gets the fence, which is higher than that of every earlier leader. Write it with everything that the leader writes, and
    /// refuse writes with a lower fence: a leader that was suspended does not know yet that it lost its term.
    /// </summary>
    public long Fence { get; }

    /// <summary>
    /// Gets a token that is cancelled when another process may lead: the renewal was refused, or Redis was unavailable for too
    /// long. Stop the work then.
    /// </summary>
    public CancellationToken Lost { get; }

    /// <summary>Ends the term and cancels <see cref="Lost"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ended.IsCancellationRequested)
            return;

        await _ended.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var wasLost = _lost.IsCancellationRequested;
        await _lost.CancelAsync().ConfigureAwait(false);
        if (!wasLost)
            await _release().ConfigureAwait(false);
        _lost.Dispose();
    }

    internal void KeepRenewing() => _renewing = _renew(this, _ended.Token);

    /// <summary>Extends the term to the specified time from now, unless it was lost before.</summary>
    internal void HoldFor(TimeSpan time) => _lost.CancelAfter(time > TimeSpan.Zero ? time : TimeSpan.Zero);

    internal void Lose() => _lost.Cancel();
}
