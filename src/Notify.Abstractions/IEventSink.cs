namespace Notify;

/// <summary>
/// A receiver of the events of this process. Events are published after the store has recorded what they report. A notification
/// that was triggered within the application's own database transaction is not reported, because only the application knows
/// whether that transaction was committed. The last events can be lost in a crash; the store is authoritative.
/// </summary>
/// <remarks>Register a sink as a singleton service of this type.</remarks>
public interface IEventSink
{
    /// <summary>
    /// Determines whether the sink currently wants events of a type. An event that no sink wants is not created.
    /// </summary>
    /// <param name="type">The type; see <see cref="NotifyEventTypes"/>.</param>
    bool Wants(string type);

    /// <summary>
    /// Publishes an event. The method can be called from any thread, and must return immediately, without blocking or throwing.
    /// It ignores an event that the sink does not want.
    /// </summary>
    /// <param name="happened">The event.</param>
    void Publish(NotifyEvent happened);
}
