using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Notify.Core.Analytics;

/// <summary>
/// The feed of this process. Whoever hears of settlements in other processes publishes them here too, for those who watch in this
/// one.
/// </summary>
internal sealed class DeliveryFeed : IDeliveryFeed
{
    private const int MostWaiting = 1_000;

    private readonly Lock _lock = new();
    private volatile Watcher[] _watchers = [];

    /// <summary>Whether anybody watches.</summary>
    public bool IsWanted => _watchers.Length > 0;

    /// <inheritdoc/>
    public void Publish(DeliveryEvent settled)
    {
        foreach (var watcher in _watchers)
        {
            if (watcher.Tenant == settled.Tenant)
                watcher.Waiting.Writer.TryWrite(settled);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchedDelivery> WatchAsync(string tenant, CancellationToken cancellationToken)
    {
        var watcher = new Watcher(tenant);
        lock (_lock)
            _watchers = [.. _watchers, watcher];
        return ReadAsync(watcher, cancellationToken);
    }

    private async IAsyncEnumerable<WatchedDelivery> ReadAsync(
        Watcher watcher,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (var settled in watcher.Waiting.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return new WatchedDelivery(settled, watcher.TakeMissed());
        }
        finally
        {
            lock (_lock)
                _watchers = [.. _watchers.Where(other => other != watcher)];
        }
    }

    private sealed class Watcher
    {
        private long _missed;

        public Watcher(string tenant)
        {
            Tenant = tenant;
            Waiting = System.Threading.Channels.Channel.CreateBounded<DeliveryEvent>(
                new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
                _ => Interlocked.Increment(ref _missed)
            );
        }

        public string Tenant { get; }

        public Channel<DeliveryEvent> Waiting { get; }

        public long TakeMissed() => Interlocked.Exchange(ref _missed, 0);
    }
}
