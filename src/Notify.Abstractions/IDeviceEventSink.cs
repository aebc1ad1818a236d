namespace Notify;

/// <summary>
/// A receiver of an event for each device that this process registers, prunes or removes. Events are published after the store
/// has recorded the change. The last events can be lost in a crash; the store is authoritative.
/// </summary>
public interface IDeviceEventSink
{
    /// <summary>
    /// Publishes an event. The method can be called from any thread, and must return immediately, without blocking or throwing.
    /// </summary>
    /// <param name="happened">The event.</param>
    void Publish(DeviceEvent happened);
}
