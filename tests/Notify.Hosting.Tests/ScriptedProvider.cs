using Notify.Providers;

namespace Notify.Hosting.Tests;

/// <summary>A provider whose vendor answers as the test specifies.</summary>
internal sealed class ScriptedProvider(string name, Channel channel, Func<Delivery, ValueTask<Outcome>> answer)
    : IDeliveryProvider
{
    public ScriptedProvider(string name, Channel channel, Func<Delivery, Outcome> answer)
        : this(name, channel, delivery => ValueTask.FromResult(answer(delivery))) { }

    public string Name => name;

    public Channel Channel => channel;

    public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) => answer(delivery);
}
