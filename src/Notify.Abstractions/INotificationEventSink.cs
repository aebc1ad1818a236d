namespace Notify;

/// <summary>
/// Hears of notifications that this process accepted, once the store has them. One that was triggered within the application's
/// own database transaction is not told of, since nobody but the application knows whether that was committed. A crash may lose
/// the last of it: the store is the truth.
/// </summary>
public interface INotificationEventSink
{
    /// <summary>Takes an event and returns at once, without waiting for anything and without throwing; from any thread.</summary>
    void Publish(NotificationEvent accepted);
}
