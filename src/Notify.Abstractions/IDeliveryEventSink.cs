namespace Notify;

/// <summary>
/// Hears of what this process settled, once the store has it. A crash may lose the last of it: the attempts in the store are the
/// truth.
/// </summary>
public interface IDeliveryEventSink
{
    /// <summary>Whether anybody wants to hear; while nobody does, no event is made.</summary>
    bool IsWanted { get; }

    /// <summary>Takes an event and returns at once, without waiting for anything and without throwing; from any thread.</summary>
    void Publish(DeliveryEvent settled);
}
