using Microsoft.Extensions.Options;

namespace Notify.Client.Outbox;

/// <summary>
/// Decides when the table is read next. A driver does not tell when a transaction ends, so after a trigger was stored, the table
/// is read after a few milliseconds, and then after twice as long each time: a trigger waits at most as long as its transaction
/// took.
/// </summary>
internal sealed class OutboxWakeUp(IOptions<ClientOutboxOptions> options, TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(5);

    private TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _pause = First;

    /// <summary>Announces that a trigger was stored, or soon will be.</summary>
    public void Call() => Volatile.Read(ref _called).TrySetResult();

    /// <summary>Waits until the table should be read.</summary>
    /// <param name="longest">The longest wait: the time until the next row is due.</param>
    /// <param name="stopping">A token to cancel the wait.</param>
    public async ValueTask WaitAsync(TimeSpan longest, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var called = _called.Task;
        var waited = Task.Delay(GetShorter(_pause, longest), time, ended.Token);
        if (await Task.WhenAny(waited, called).ConfigureAwait(false) == called)
        {
            await ended.CancelAsync().ConfigureAwait(false);
            // The calls that come from now on count for the next wait, so that a steady stream of them does not prevent reading.
            Volatile.Write(ref _called, new(TaskCreationOptions.RunContinuationsAsynchronously));
            _pause = First;
            await Task.Delay(GetShorter(First, longest), time, stopping).ConfigureAwait(false);
        }

        stopping.ThrowIfCancellationRequested();
        _pause = GetShorter(_pause * 2, options.Value.PollInterval);
    }

    private static TimeSpan GetShorter(TimeSpan first, TimeSpan second) => first < second ? first : second;
}
