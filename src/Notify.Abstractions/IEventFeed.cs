namespace Notify;

/// <summary>
/// A live feed of events for watchers such as a dashboard. It covers this process and, if processes share their events
/// (<c>UseRedis</c>), all of them. The feed is only a view: events can be lost in a crash or when a watcher is slow. The store is
/// authoritative.
/// </summary>
/// <remarks>
/// A transport that receives events from other processes publishes them with <see cref="IEventSink.Publish"/>.
/// </remarks>
public interface IEventFeed : IEventSink
{
    /// <summary>
    /// Gets whether there are watchers, or were any within <see cref="NotificationsOptions.EventHistory"/>.
    /// </summary>
    bool IsWatched { get; }

    /// <summary>
    /// Watches the events of a tenant that happen after this call, or that happened after a known one. The feed never waits for a
    /// watcher: it keeps the most recent events of the tenant, and a watcher that is too slow for them misses the oldest.
    /// </summary>
    /// <param name="watch">What to watch.</param>
    /// <param name="cancellationToken">
    /// A token that ends the enumeration with an <see cref="OperationCanceledException"/>.
    /// </param>
    /// <returns>
    /// A position, which is available at once, and then events. See <see cref="WatchedEvent"/>.
    /// </returns>
    /// <exception cref="ArgumentException">One of <see cref="EventWatch.Types"/> is not a pattern.</exception>
    IAsyncEnumerable<WatchedEvent> WatchAsync(EventWatch watch, CancellationToken cancellationToken);
}

/// <summary>Which events to watch.</summary>
public sealed record EventWatch
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>
    /// Gets the <see cref="WatchedEvent.Position"/> after which to continue; null to begin with the next event. If the position
    /// is unknown or too old, the first item reports that events were missed, and all recent events follow.
    /// </summary>
    public Guid? After { get; init; }

    /// <summary>
    /// Gets the patterns of the types to watch, such as <c>delivery.*</c> or <c>receipt.opened</c>; empty for all types. See
    /// <see cref="NotifyEventTypes.IsPattern"/>.
    /// </summary>
    public IReadOnlyList<string> Types { get; init; } = [];
}

/// <summary>An item that a watcher receives: an event, or a position without an event.</summary>
public readonly record struct WatchedEvent
{
    /// <summary>
    /// Gets the event; null for the first item, for a report of missed events, and for a position behind events of other types.
    /// </summary>
    public NotifyEvent? Event { get; init; }

    /// <summary>Gets the position, from which another watch can continue; the ID of the event if there is one.</summary>
    public required Guid Position { get; init; }

    /// <summary>Gets whether events before this position were missed. There is no event in this case.</summary>
    public bool HasMissed { get; init; }

    /// <summary>
    /// Gets how many events were missed, whatever their type; null if that is unknown, which is the case for the first item.
    /// </summary>
    public long? Missed { get; init; }
}
