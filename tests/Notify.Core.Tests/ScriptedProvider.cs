using System.Collections.Concurrent;
using Notify.Providers;

namespace Notify.Core.Tests;

/// <summary>A provider whose vendor answers as the test says.</summary>
internal sealed class ScriptedProvider(string name, Channel channel, Func<Delivery, CancellationToken, ValueTask<Outcome>> answer)
    : IDeliveryProvider
{
    private readonly ConcurrentQueue<Delivery> _sent = new();

    public ScriptedProvider(string name, Channel channel, Func<Delivery, Outcome> answer)
        : this(name, channel, (delivery, _) => ValueTask.FromResult(answer(delivery))) { }

    public string Name => name;

    public Channel Channel => channel;

    public IReadOnlyList<Delivery> Sent => [.. _sent];

    public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        _sent.Enqueue(delivery);
        return answer(delivery, cancellationToken);
    }
}
