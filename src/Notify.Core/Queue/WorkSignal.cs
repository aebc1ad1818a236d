using System.Threading.Channels;

namespace Notify.Core.Queue;

/// <summary>Says "look again" to a worker. Signals that nobody has waited for yet are one.</summary>
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

    private int _isWork;

    /// <summary>There may be work where none was found before.</summary>
    public void Set()
    {
        Volatile.Write(ref _isWork, 1);
        SetRoom();
    }

    /// <summary>There is room for work that is known of.</summary>
    public void SetRoom() => _signal.Writer.TryWrite(true);

    /// <returns>Whether there may be work where none was found before.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        await _signal.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return Interlocked.Exchange(ref _isWork, 0) == 1;
    }
}
