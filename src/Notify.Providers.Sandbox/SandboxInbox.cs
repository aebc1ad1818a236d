using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Providers.Sandbox;

/// <summary>Keeps the messages that all sandboxed channels captured, and passes them on to watchers.</summary>
internal sealed class SandboxInbox(IOptions<SandboxOptions> options, TimeProvider time) : ISandbox, IErasureHandler
{
    private readonly Lock _lock = new();
    private readonly Queue<SandboxMessage> _messages = new();
    private readonly List<Channel<SandboxMessage>> _watchers = [];
    private readonly SandboxFile? _file = options.Value.File is { } path ? new SandboxFile(path) : null;
    private readonly int _capacity = options.Value.Capacity;
    private long _captured;

    public IReadOnlyList<SandboxMessage> Messages
    {
        get
        {
            lock (_lock)
                return [.. _messages.Reverse()];
        }
    }

    /// <summary>Captures a delivery.</summary>
    /// <exception cref="IOException">The file could not be written. The delivery was not captured.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file was denied. The delivery was not captured.</exception>
    public SandboxMessage Capture(Delivery delivery)
    {
        // Writes the file inside the lock, so that its lines are in the order of their sequence numbers. TryWrite never blocks:
        // the channel of a watcher drops its oldest message when it is full.
        lock (_lock)
        {
            var message = SandboxMessage.FromDelivery(delivery, _captured + 1, time.GetUtcNow());
            _file?.Append(message);
            _captured++;
            Keep(message);
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(message);
            return message;
        }
    }

    /// <summary>Erases the messages of removed users from memory and from the file.</summary>
    public ValueTask EraseAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken)
    {
        var batch = new ErasureBatch
        {
            Erasures = erasures,
            After = Guid.Empty,
            Limit = erasures.Count,
            Now = time.GetUtcNow(),
        };
        lock (_lock)
        {
            if (_messages.Any(message => IsErased(batch, message)))
            {
                SandboxMessage[] kept = [.. _messages.Where(message => !IsErased(batch, message))];
                _messages.Clear();
                foreach (var message in kept)
                    _messages.Enqueue(message);
            }

            _file?.Erase(batch);
        }

        return default;
    }

    public IAsyncEnumerable<SandboxMessage> WatchAsync(CancellationToken cancellationToken)
    {
        var watcher = System.Threading.Channels.Channel.CreateBounded<SandboxMessage>(
            new BoundedChannelOptions(_capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }
        );
        lock (_lock)
            _watchers.Add(watcher);
        return ReadAsync(watcher, cancellationToken);
    }

    private async IAsyncEnumerable<SandboxMessage> ReadAsync(
        Channel<SandboxMessage> watcher,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (var message in watcher.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return message;
        }
        finally
        {
            lock (_lock)
                _watchers.Remove(watcher);
        }
    }

    private static bool IsErased(ErasureBatch batch, SandboxMessage message) =>
        batch.Find(message.Tenant, message.UserId, message.AcceptedAt) is not null;

    private void Keep(SandboxMessage message)
    {
        if (_messages.Count == _capacity)
            _messages.Dequeue();
        _messages.Enqueue(message);
    }
}
