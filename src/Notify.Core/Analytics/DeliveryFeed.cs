using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Notify.Core.Analytics;

/// <summary>
/// The feed of settlements for watchers in this process. A package that receives the settlements of other processes also
/// publishes them here.
/// </summary>
internal sealed class DeliveryFeed : IDeliveryFeed
{
    private const int MaxWaiting = 1_000;

    private readonly Lock _lock = new();

    // Replaced as a whole under the lock, so that Publish can read it without one.
    private volatile Watcher[] _watchers = [];

    /// <summary>Gets whether there are watchers.</summary>
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
                new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
                _ => Interlocked.Increment(ref _missed)
            );
        }

        public string Tenant { get; }

        public Channel<DeliveryEvent> Waiting { get; }

        /// <summary>Gets how many events were dropped since the last call because the watcher is slow.</summary>
        public long TakeMissed() => Interlocked.Exchange(ref _missed, 0);
    }
}
