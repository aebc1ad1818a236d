namespace Notify.Storage.Redis;

/// <summary>The time in which this process leads. Dispose of it to let another process lead at once.</summary>
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

    /// <summary>What is led.</summary>
    public string Role { get; }

    /// <summary>
    /// Higher than every earlier leader's. Write it with what the leader writes, and refuse what has a lower one: a leader that
    /// was suspended does not know yet that it lost its term.
    /// </summary>
    public long Fence { get; }

    /// <summary>
    /// Cancelled when the term may be another's: renewal was refused, or Redis was away for too long. The work must stop then.
    /// </summary>
    public CancellationToken Lost { get; }

    /// <summary>Ends the term; its <see cref="Lost"/> is cancelled as well.</summary>
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

    /// <summary>The term holds for this long from now, unless it is lost already.</summary>
    internal void HoldFor(TimeSpan time) => _lost.CancelAfter(time > TimeSpan.Zero ? time : TimeSpan.Zero);

    internal void Lose() => _lost.Cancel();
}
