using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Providers.Sandbox;

/// <summary>Keeps the messages that all sandboxed channels captured, and passes them on to watchers.</summary>
internal sealed class SandboxInbox(IOptions<SandboxOptions> options, TimeProvider time) : ISandbox, IErasureHandler
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TenantMessages> _tenants = new(StringComparer.Ordinal);
    private readonly List<Watcher> _watchers = [];
    private readonly SandboxFile? _file = options.Value.File is { } path ? new SandboxFile(path) : null;
    private readonly int _capacity = options.Value.Capacity;
    private long _captured;

    public IReadOnlyList<SandboxMessage> Messages => Read(null);

    /// <summary>Gets a snapshot of the messages of one tenant, newest first; null for all tenants.</summary>
    public IReadOnlyList<SandboxMessage> Read(string? tenant)
    {
        lock (_lock)
        {
            if (tenant is null)
                return [.. _tenants.Values.SelectMany(own => own.Kept).OrderByDescending(message => message.Position)];
            return _tenants.TryGetValue(tenant, out var only) ? [.. only.Kept.Reverse()] : [];
        }
    }

    /// <summary>Removes the messages of a tenant, except from the file. Returns their number.</summary>
    public int Clear(string tenant)
    {
        lock (_lock)
            return _tenants.TryGetValue(tenant, out var own) ? own.Remove(_ => true) : 0;
    }

    /// <summary>Captures a delivery.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="error">The reason with which the sandbox answers; null if the message counts as sent.</param>
    /// <exception cref="IOException">The file could not be written. The delivery was not captured.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file was denied. The delivery was not captured.</exception>
    public SandboxMessage Capture(Delivery delivery, string? error)
    {
        // Writes the file inside the lock, so that its lines are in the order of their sequence numbers. TryWrite never blocks:
        // the channel of a watcher drops its oldest message when it is full.
        lock (_lock)
        {
            if (!_tenants.TryGetValue(delivery.Tenant, out var own))
                _tenants.Add(delivery.Tenant, own = new TenantMessages());
            var message = SandboxMessage.FromDelivery(delivery, own.Captured + 1, _captured + 1, time.GetUtcNow()) with
            {
                Error = error,
            };
            _file?.Append(message);
            _captured++;
            own.Add(message, _capacity);
            foreach (var watcher in _watchers.Where(watcher => watcher.Watches(message)))
                watcher.Messages.Writer.TryWrite(message);
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
            foreach (var own in _tenants.Values)
                own.Remove(message => IsErased(batch, message));
            _file?.Erase(batch);
        }

        return default;
    }

    public IAsyncEnumerable<SandboxMessage> WatchAsync(CancellationToken cancellationToken) =>
        WatchAsync(null, cancellationToken);

    /// <summary>Streams the messages of one tenant, which those of other tenants never displace; null for all tenants.</summary>
    public IAsyncEnumerable<SandboxMessage> WatchAsync(string? tenant, CancellationToken cancellationToken)
    {
        var watcher = new Watcher(
            tenant,
            System.Threading.Channels.Channel.CreateBounded<SandboxMessage>(
                new BoundedChannelOptions(_capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }
            )
        );
        lock (_lock)
            _watchers.Add(watcher);
        return ReadAsync(watcher, cancellationToken);
    }

    private async IAsyncEnumerable<SandboxMessage> ReadAsync(
        Watcher watcher,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (var message in watcher.Messages.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
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

    private sealed record Watcher(string? Tenant, Channel<SandboxMessage> Messages)
    {
        public bool Watches(SandboxMessage message) => Tenant is null || Tenant == message.Tenant;
    }

    /// <summary>
    /// The messages of one tenant. Numbers and capacity are per tenant, so that no tenant can tell what others send.
    /// </summary>
    private sealed class TenantMessages
    {
        public Queue<SandboxMessage> Kept { get; private set; } = new();

        public long Captured { get; private set; }

        public void Add(SandboxMessage message, int capacity)
        {
            Captured++;
            if (Kept.Count == capacity)
                Kept.Dequeue();
            Kept.Enqueue(message);
        }

        /// <summary>Removes messages. Returns their number.</summary>
        public int Remove(Func<SandboxMessage, bool> isRemoved)
        {
            var before = Kept.Count;
            if (Kept.Any(isRemoved))
                Kept = new Queue<SandboxMessage>(Kept.Where(message => !isRemoved(message)));
            return before - Kept.Count;
        }
    }
}
