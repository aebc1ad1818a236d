using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>A store of dead letters, which can be replayed.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IDeadLetterStore
{
    /// <summary>
    /// Lists dead letters by <see cref="DeliveryRecord.EndedAt"/>, newest first, and those that ended at the same time by their
    /// IDs, highest first. A page reads about as many index entries as it returns, whatever period the filter has.
    /// </summary>
    /// <param name="filter">The dead letters to list.</param>
    /// <param name="after">The last dead letter of the previous page; null for the first page.</param>
    /// <param name="limit">The maximum number of dead letters.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        DeadLetterPosition? after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Counts dead letters, for example as a dry run of a replay.</summary>
    /// <param name="filter">The dead letters to count.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken);

    /// <summary>
    /// Makes dead letters due again with a new retry budget, the oldest first. Their attempts are kept. At most
    /// <see cref="ReplayRequest.Limit"/> dead letters are replayed per call, so that regular deliveries continue meanwhile.
    /// Repeat the call until it returns less than the limit.
    /// </summary>
    /// <param name="request">The dead letters to replay.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of dead letters that were replayed.</returns>
    ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken);
}

/// <summary>A request to replay dead letters.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record ReplayRequest
{
    /// <summary>Gets the dead letters to replay.</summary>
    public required DeadLetterFilter Filter { get; init; }

    /// <summary>Gets the time at which they fall due.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Gets the time at which they expire.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets the maximum number of dead letters to replay.</summary>
    public required int Limit { get; init; }
}
