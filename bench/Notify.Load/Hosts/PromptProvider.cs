using Notify.Providers;

namespace Notify.Load.Hosts;

/// <summary>A provider that accepts at once, at no cost.</summary>
internal sealed class PromptProvider : IDeliveryProvider
{
    private int _accepted;

    public string Name => "vendor";

    public Channel Channel => Channel.Email;

    public int Accepted => Volatile.Read(ref _accepted);

    public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _accepted);
        return new(Outcome.Sent());
    }
}
