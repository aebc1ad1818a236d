using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A store of counts. A count has the resolution of a minute when it is added, and is later moved to an hour and then to a day.
/// An event is part of exactly one count at any time, so the sum of all counts is always the number of events.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IAnalyticsStore
{
    /// <summary>Adds counts to those that are stored with the same properties.</summary>
    /// <param name="counts">The counts to add.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask AddAsync(IReadOnlyList<AnalyticsCount> counts, CancellationToken cancellationToken);

    /// <summary>
    /// Adds counts and moves the checkpoint of their source, both or neither, even if the process is killed meanwhile. Nothing
    /// happens unless the stored checkpoint has the expected position.
    /// </summary>
    /// <param name="counts">The counts to add.</param>
    /// <param name="checkpoint">The new checkpoint. Its position is higher than the expected one.</param>
    /// <param name="expected">The position of the stored checkpoint; null if there must be none.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>False if the stored checkpoint has another position.</returns>
    ValueTask<bool> AddAsync(
        IReadOnlyList<AnalyticsCount> counts,
        AnalyticsCheckpoint checkpoint,
        long? expected,
        CancellationToken cancellationToken
    );

    /// <summary>Finds the checkpoint of a source.</summary>
    /// <param name="source">The name of the source.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The checkpoint; null if there is none.</returns>
    ValueTask<AnalyticsCheckpoint?> FindCheckpointAsync(string source, CancellationToken cancellationToken);

    /// <summary>
    /// Sums counts, in order of time. <see cref="AnalyticsFilter.Sum"/> does this for a store that cannot sum by itself.
    /// </summary>
    /// <param name="filter">The counts to sum, and by what to group them.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<AnalyticsCount>> SumAsync(AnalyticsFilter filter, CancellationToken cancellationToken);

    /// <summary>
    /// Moves the counts of old periods to the next longer period: minutes to hours, or hours to days. Each count is moved
    /// entirely or not at all, even if the process is killed meanwhile.
    /// </summary>
    /// <param name="resolution">
    /// <see cref="AnalyticsResolution.Minute"/> or <see cref="AnalyticsResolution.Hour"/>.
    /// </param>
    /// <param name="before">The beginning of a day. The counts of earlier periods are moved.</param>
    /// <param name="most">The number of rows that one transaction may change.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>Whether any count was moved.</returns>
    ValueTask<bool> RollUpAsync(
        AnalyticsResolution resolution,
        DateTimeOffset before,
        int most,
        CancellationToken cancellationToken
    );
}

/// <summary>How far the events of a source have been counted.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record AnalyticsCheckpoint
{
    /// <summary>Gets the name of the source, such as a partition of a topic.</summary>
    public required string Source { get; init; }

    /// <summary>Gets the position of the next event to count.</summary>
    public required long Position { get; init; }

    /// <summary>Gets what the worker must remember with the position, such as the IDs of recent events.</summary>
    public required ReadOnlyMemory<byte> State { get; init; }
}
