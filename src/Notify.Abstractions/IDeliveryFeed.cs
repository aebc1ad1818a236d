using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>
/// A live feed of settled deliveries for watchers such as a dashboard. It covers this process and, if processes share their
/// events (<c>UseRedis</c>), all of them. The feed is only a view: events can be lost in a crash or when a queue is full. The
/// store is authoritative.
/// </summary>
/// <remarks>
/// A transport that receives settlements from other processes publishes them with <see cref="IDeliveryEventSink.Publish"/>.
/// </remarks>
public interface IDeliveryFeed : IDeliveryEventSink
{
    /// <summary>
    /// Watches the deliveries of a tenant that are settled after this call. Settlement never waits for a watcher: if more than
    /// 1,000 events are waiting for a slow watcher, the oldest are dropped, and the next event reports how many.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">
    /// A token that ends the enumeration with an <see cref="OperationCanceledException"/>.
    /// </param>
    IAsyncEnumerable<WatchedDelivery> WatchAsync(string tenant, CancellationToken cancellationToken);
}

/// <summary>A settlement as seen by a watcher.</summary>
public readonly record struct WatchedDelivery
{
    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="settled">The settlement.</param>
    /// <param name="missed">The number of preceding events that were dropped because this watcher was too slow.</param>
    [SetsRequiredMembers]
    public WatchedDelivery(DeliveryEvent settled, long missed)
    {
        Settled = settled;
        Missed = missed;
    }

    /// <summary>Gets the settlement.</summary>
    public required DeliveryEvent Settled { get; init; }

    /// <summary>Gets the number of preceding events that were dropped because this watcher was too slow.</summary>
    public required long Missed { get; init; }
}
