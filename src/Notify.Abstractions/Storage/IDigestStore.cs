using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A store of the events that are collected for digests, by <see cref="DigestKey"/>. A digest falls due until it is closed.
/// Closing it stores its summary in the same transaction, so that every event ends in exactly one summary, as cancelled, or as a
/// dead letter. An event that has ended is kept, without its data, for as long as its notification is kept.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IDigestStore
{
    /// <summary>
    /// Leases due digests, in turn among tenants. Each lease contains the waiting events in the order in which they arrived, at
    /// most <see cref="DigestLease.MaxEvents"/>.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Stores the summary and ends the events of the lease. Other events of the digest remain, and fall due at
    /// <see cref="DigestClosing.NextDueAt"/>.
    /// </summary>
    /// <param name="closing">The summary and the events to end.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the digest was closed; <see langword="false"/> if the lease was lost, in which case nothing was
    /// stored.
    /// </returns>
    ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken);

    /// <summary>Returns a lease after a failure. The digest falls due again at <paramref name="retryAt"/>.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="retryAt">The time at which the digest falls due again.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns><see langword="true"/> if the lease was returned; <see langword="false"/> if it was lost.</returns>
    ValueTask<bool> FailAsync(DigestLease lease, DateTimeOffset retryAt, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the events that were collected for a notification or, with <paramref name="ofSummary"/>, the events that a
    /// notification summarizes, in the order of their IDs.
    /// </summary>
    /// <param name="tenant">The tenant of the notification.</param>
    /// <param name="notificationId">The ID of the notification whose events were collected, or of the summary.</param>
    /// <param name="ofSummary">Whether the notification is the summary.</param>
    /// <param name="limit">The maximum number of events, 1 to 1,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<CollectedEvent>> ListAsync(
        string tenant,
        Guid notificationId,
        bool ofSummary,
        int limit,
        CancellationToken cancellationToken
    );
}
