using System.Diagnostics.CodeAnalysis;

namespace Notify.Transport;

/// <summary>
/// The number of deliveries that a worker can take now. A transport that hands over no more than this leaves its backlog where it
/// is, instead of in the worker's memory.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IDeliverySlots
{
    /// <summary>
    /// Occurs when more deliveries may be taken than before. It can be raised on any thread, and handlers must return at once.
    /// </summary>
    event Action? Freed;

    /// <summary>
    /// Counts the deliveries of a priority that can be taken. All priorities share the slots, so taking a delivery of one
    /// priority leaves fewer for the others. The result is that of the provider with the most free slots, because the provider of
    /// a hinted delivery is not known.
    /// </summary>
    /// <param name="priority">The priority.</param>
    int CountFree(Priority priority);
}
