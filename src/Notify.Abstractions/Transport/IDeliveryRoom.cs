namespace Notify.Transport;

/// <summary>
/// The capacity of a worker for further deliveries. A transport that passes on no more deliveries than this leaves its backlog
/// where it is, instead of holding it in memory.
/// </summary>
public interface IDeliveryRoom
{
    /// <summary>
    /// Occurs when more deliveries may be accepted than before. It can be raised on any thread, and handlers must return
    /// immediately.
    /// </summary>
    event Action? Freed;

    /// <summary>
    /// Gets the number of deliveries of a priority that can be accepted. All priorities share this capacity: accepting a delivery
    /// of one priority leaves less for the others. Because the providers of the deliveries are not known in advance, the number
    /// is that of the provider that can accept the most.
    /// </summary>
    /// <param name="priority">The priority.</param>
    int GetFree(Priority priority);
}
