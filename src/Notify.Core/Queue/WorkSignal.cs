using System.Threading.Channels;

namespace Notify.Core.Queue;

/// <summary>
/// Wakes a worker. Any number of signals that arrive before the worker waits wake it once; none is lost, because the channel
/// keeps one until it is read.
/// </summary>
internal sealed class WorkSignal(EngineSettings settings)
{
    private readonly Channel<bool> _signal = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1)
        {
            FullMode = BoundedChannelFullMode.DropWrite,
            SingleReader = true,
            AllowSynchronousContinuations = settings.ContinueInline,
        }
    );

    private int _hasWork;

    /// <summary>Signals that there may be work where none was found before.</summary>
    public void Set()
    {
        // The flag is set before the signal, so the worker that the signal wakes sees it.
        Volatile.Write(ref _hasWork, 1);
        SetFreeSlot();
    }

    /// <summary>Signals that a slot is free for work that is already known.</summary>
    public void SetFreeSlot() => _signal.Writer.TryWrite(true);

    /// <summary>Waits for a signal.</summary>
    /// <returns>Whether there may be work where none was found before (<see cref="Set"/>).</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        await _signal.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return Interlocked.Exchange(ref _hasWork, 0) == 1;
    }
}
