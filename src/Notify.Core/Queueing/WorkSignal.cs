using System.Threading.Channels;

namespace Notify.Queueing;

/// <summary>Says "look again" to a worker. Signals that nobody has waited for yet are one.</summary>
internal sealed class WorkSignal(EngineSettings settings)
{
    private readonly Channel<bool> _signal = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1)
        {
            FullMode = BoundedChannelFullMode.DropWrite,
            SingleReader = true,
            AllowSynchronousContinuations = settings.ContinueInline,
        });

    public void Set() => _signal.Writer.TryWrite(true);

    public async ValueTask WaitAsync(CancellationToken cancellationToken) =>
        await _signal.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
}
