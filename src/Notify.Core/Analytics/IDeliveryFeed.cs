namespace Notify.Analytics;

/// <summary>
/// Lets somebody watch deliveries being settled, as a dashboard does: in this process, and in all where processes tell each other
/// (<c>UseRedis</c>). What is watched is a view and not the truth, which the store keeps: a crash or a full queue may lose some
/// of it.
/// </summary>
public interface IDeliveryFeed
{
    /// <summary>
    /// What is settled on a tenant's behalf from this call on. The settling waits for no watcher: of one who is too slow the
    /// oldest that wait are left out, beyond 1,000, and it is told how many.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Ends it, with an <see cref="OperationCanceledException"/>.</param>
    IAsyncEnumerable<WatchedDelivery> WatchAsync(string tenant, CancellationToken cancellationToken);
}

/// <summary>A settlement as a watcher sees it.</summary>
/// <param name="Settled">The settlement.</param>
/// <param name="Missed">How many before it were left out, because this watcher was too slow.</param>
public readonly record struct WatchedDelivery(DeliveryEvent Settled, long Missed);
