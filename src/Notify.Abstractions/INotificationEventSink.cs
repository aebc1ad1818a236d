namespace Notify;

/// <summary>
/// A receiver of an event for each notification that this process accepts. Events are published after the store has recorded the
/// notification. A notification that was triggered within the application's own database transaction is not reported, because
/// only the application knows whether that transaction was committed. The last events can be lost in a crash; the store is
/// authoritative.
/// </summary>
public interface INotificationEventSink
{
    /// <summary>
    /// Publishes an event. The method can be called from any thread, and must return immediately, without blocking or throwing.
    /// </summary>
    /// <param name="accepted">The event.</param>
    void Publish(NotificationEvent accepted);
}
