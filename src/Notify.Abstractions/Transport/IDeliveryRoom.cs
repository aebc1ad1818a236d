namespace Notify.Transport;

/// <summary>
/// What a worker can take on now. A transport that hands over no more than this leaves its backlog where it is, instead of in
/// memory.
/// </summary>
public interface IDeliveryRoom
{
    /// <summary>Raised when there may be more room than before, from any thread; what it calls must return at once.</summary>
    event Action? Freed;

    /// <summary>
    /// How many deliveries of a lane can be taken on. The lanes share it: taking one of any lane leaves less for the others. It
    /// does not know of which provider they are, so it tells the room of the provider that has most.
    /// </summary>
    int GetFree(Priority priority);
}
