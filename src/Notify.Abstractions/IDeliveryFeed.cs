namespace Notify;

/// <summary>
/// Publishes settled deliveries to those who watch, such as a dashboard: in this process, and in every process where processes
/// share their events (<c>UseRedis</c>). The feed is a view; the store has the truth. A crash or a full queue may lose events.
/// </summary>
/// <remarks>
/// A transport that receives settlements of other processes publishes them here with <see cref="IDeliveryEventSink.Publish"/>.
/// </remarks>
public interface IDeliveryFeed : IDeliveryEventSink
{
    /// <summary>
    /// Watches the deliveries of a tenant that are settled after this call. Settlement never waits for a watcher: when more than
    /// 1,000 events wait for a slow one, the oldest are dropped, and the next event tells how many.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    IAsyncEnumerable<WatchedDelivery> WatchAsync(string tenant, CancellationToken cancellationToken);
}

/// <summary>A settlement as a watcher sees it.</summary>
/// <param name="Settled">The settlement.</param>
/// <param name="Missed">The number of events before it that were dropped because this watcher was too slow.</param>
public readonly record struct WatchedDelivery(DeliveryEvent Settled, long Missed);
