using System.Threading.Channels;
using DotNetCore.CAP;
using DotNetCore.CAP.Internal;
using DotNetCore.CAP.Messages;
using DotNetCore.CAP.Transport;

namespace Notify.Peers.Cap;

/// <summary>
/// A broker in this process: an unbounded channel. A message is lost if the process ends, but CAP still has it in its table of
/// published messages.
/// </summary>
internal sealed class MemoryBroker : ITransport, IConsumerClientFactory
{
    private readonly Channel<TransportMessage> _messages = Channel.CreateUnbounded<TransportMessage>();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BrokerAddress BrokerAddress => new("memory", "local");

    /// <summary>Gets a task that ends when the first consumer listens.</summary>
    public Task Listening => _listening.Task;

    public Task<OperateResult> SendAsync(TransportMessage message)
    {
        _messages.Writer.TryWrite(message);
        return Task.FromResult(OperateResult.Success);
    }

    public Task<IConsumerClient> CreateAsync(string groupName, byte groupConcurrent) =>
        Task.FromResult<IConsumerClient>(new Consumer(this, groupName));

    private sealed class Consumer(MemoryBroker broker, string group) : IConsumerClient
    {
        public BrokerAddress BrokerAddress => broker.BrokerAddress;

        public Func<TransportMessage, object?, Task>? OnMessageCallback { get; set; }

        public Action<LogMessageEventArgs>? OnLogCallback { get; set; }

        public Task SubscribeAsync(IEnumerable<string> topics) => Task.CompletedTask;

        public async Task ListeningAsync(TimeSpan timeout, CancellationToken cancellationToken)
        {
            broker._listening.TrySetResult();
            await foreach (var message in broker._messages.Reader.ReadAllAsync(cancellationToken))
            {
                message.Headers[Headers.Group] = group;
                await OnMessageCallback!(message, null);
            }
        }

        public Task CommitAsync(object? sender) => Task.CompletedTask;

        public Task RejectAsync(object? sender) => throw new InvalidOperationException("CAP did not take a message.");

        public ValueTask DisposeAsync() => default;
    }
}
