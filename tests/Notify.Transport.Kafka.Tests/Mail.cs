using System.Collections.Concurrent;
using Notify.Providers;

namespace Notify.Transport.Kafka.Tests;

/// <summary>A provider that counts what it sends, and can be made to wait with its answers.</summary>
internal sealed class Mail : IDeliveryProvider
{
    private readonly ConcurrentQueue<Delivery> _sent = new();

    public string Name => "mail";

    public Channel Channel => Channel.Email;

    /// <summary>Answers are given when this has ended.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public IReadOnlyList<Delivery> Sent => [.. _sent];

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        _sent.Enqueue(delivery);
        await Gate.WaitAsync(cancellationToken);
        return Outcome.Sent();
    }
}
