namespace Notify;

/// <summary>
/// Hears of devices that this process registered, pruned or removed, once the store has it. A crash may lose the last of it: the
/// store is the truth.
/// </summary>
public interface IDeviceEventSink
{
    /// <summary>Takes an event and returns at once, without waiting for anything and without throwing; from any thread.</summary>
    void Publish(DeviceEvent happened);
}
