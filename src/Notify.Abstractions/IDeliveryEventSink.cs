namespace Notify;

/// <summary>
/// A receiver of an event for each delivery that this process settles. Events are published after the store has recorded the
/// settlement. The last events can be lost in a crash; the attempts in the store are authoritative.
/// </summary>
public interface IDeliveryEventSink
{
    /// <summary>Gets whether the sink currently wants events. No events are created while this is false.</summary>
    bool IsWanted { get; }

    /// <summary>
    /// Publishes an event. The method can be called from any thread, and must return immediately, without blocking or throwing.
    /// </summary>
    /// <param name="settled">The event.</param>
    void Publish(DeliveryEvent settled);
}
