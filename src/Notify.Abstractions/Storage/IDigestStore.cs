namespace Notify.Storage;

/// <summary>
/// Keeps what is collected for digests, by <see cref="DigestKey"/>. A digest falls due until it is closed, and closing it stores
/// its summary in the same transaction: every event ends in exactly one summary, cancelled, or as a dead letter. An event that
/// has ended is kept, without its data, as long as its notification.
/// </summary>
public interface IDigestStore
{
    /// <summary>
    /// Leases digests that are due, in turn among tenants, each with its waiting events in the order in which they came, at most
    /// <see cref="DigestLease.MaxEvents"/>.
    /// </summary>
    ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Stores the summary and ends the events of the lease. Other events of the digest stay, and fall due at
    /// <see cref="DigestClosing.NextDueAt"/>. False, and nothing is stored, when the lease was lost.
    /// </summary>
    ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a lease back after a failure: the digest falls due again at <paramref name="retryAt"/>. False when the lease was
    /// lost.
    /// </summary>
    ValueTask<bool> FailAsync(DigestLease lease, DateTimeOffset retryAt, CancellationToken cancellationToken);

    /// <summary>
    /// Lists what was collected of a notification, or, with <paramref name="ofSummary"/>, what a notification sums up. In the
    /// order of the events' ids.
    /// </summary>
    /// <param name="tenant">The notification's tenant.</param>
    /// <param name="notificationId">The notification whose events were collected, or the summary.</param>
    /// <param name="ofSummary">Whether the notification is the summary.</param>
    /// <param name="limit">How many at most, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<CollectedEvent>> ListAsync(
        string tenant,
        Guid notificationId,
        bool ofSummary,
        int limit,
        CancellationToken cancellationToken
    );
}
