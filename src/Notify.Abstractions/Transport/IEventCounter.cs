using System.Diagnostics.CodeAnalysis;

namespace Notify.Transport;

/// <summary>
/// Counts events that a transport carries, each once although events repeat, workers are killed and sources move between workers.
/// The positions of a source are stored together with its counts.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IEventCounter
{
    /// <summary>Begins to count the events of a source, or begins again after a failure.</summary>
    /// <param name="source">The name of the source, such as a partition of a topic.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The position of the next event to count; null if no event of the source was counted yet.</returns>
    ValueTask<long?> StartAsync(string source, CancellationToken cancellationToken);

    /// <summary>
    /// Counts events. Events before the position that was counted, and those whose ID is one of the last 8,192 of the source, are
    /// ignored. If this method fails, <see cref="StartAsync"/> must be called before it is called again.
    /// </summary>
    /// <param name="source">The source. It was started.</param>
    /// <param name="events">The events in the order of their positions.</param>
    /// <param name="next">The position that follows the last event, and those that are not to be counted.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// False if another worker has counted events of the source. Nothing was counted; call <see cref="StartAsync"/> again.
    /// </returns>
    ValueTask<bool> CountAsync(string source, IReadOnlyList<SourceEvent> events, long next, CancellationToken cancellationToken);

    /// <summary>
    /// Counts an event of this process that the transport certainly did not take, and that no worker will therefore count.
    /// </summary>
    /// <param name="happened">The event.</param>
    void CountUntaken(NotifyEvent happened);
}

/// <summary>An event and its position in its source.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct SourceEvent
{
    /// <summary>Creates the value.</summary>
    /// <param name="position">The position.</param>
    /// <param name="event">The event.</param>
    [SetsRequiredMembers]
    public SourceEvent(long position, NotifyEvent @event) => (Position, Event) = (position, @event);

    /// <summary>Gets the position.</summary>
    public required long Position { get; init; }

    /// <summary>Gets the event.</summary>
    public required NotifyEvent Event { get; init; }
}

/// <summary>
/// A stream of events from which workers count. While one is in use, processes publish events to it instead of counting them.
/// Register it as a singleton service of this type.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IAnalyticsStream
{
    /// <summary>Gets whether workers count this process's events. It does not change while the process runs.</summary>
    bool IsInUse { get; }
}
