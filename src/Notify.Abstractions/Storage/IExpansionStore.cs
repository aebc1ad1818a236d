namespace Notify.Storage;

/// <summary>
/// A store of expansions, which turn notifications to topics into deliveries. Like a delivery, an expansion falls due until it is
/// complete. Each batch advances it in the same transaction that stores the deliveries of the batch, so that a crash neither
/// repeats nor loses anything.
/// </summary>
public interface IExpansionStore
{
    /// <summary>Leases due expansions, in turn among tenants.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<ExpansionLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken);

    /// <summary>Stores the deliveries of a batch, advances the expansion and resets its failures.</summary>
    /// <param name="step">The batch.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the batch was stored; <see langword="false"/> if the lease was lost or the expansion was
    /// cancelled, in which case nothing was stored.
    /// </returns>
    ValueTask<bool> AdvanceAsync(ExpansionStep step, CancellationToken cancellationToken);

    /// <summary>
    /// Returns a lease after a failure. The expansion falls due again at <see cref="ExpansionFailure.RetryAt"/>, or becomes a
    /// dead letter.
    /// </summary>
    /// <param name="failure">The failure.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the failure was recorded; <see langword="false"/> if the lease was lost or the expansion was
    /// cancelled, in which case nothing changed.
    /// </returns>
    ValueTask<bool> FailAsync(ExpansionFailure failure, CancellationToken cancellationToken);

    /// <summary>
    /// Finds the addresses for which a notification already has deliveries, so that the next batch does not notify them again.
    /// </summary>
    /// <param name="notificationId">The ID of the notification.</param>
    /// <param name="addressKeys">The addresses to look for, by <see cref="QueuedDelivery.AddressKey"/>.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The keys that were found.</returns>
    ValueTask<IReadOnlySet<Guid>> FindReachedAsync(
        Guid notificationId,
        IReadOnlyCollection<Guid> addressKeys,
        CancellationToken cancellationToken
    );

    /// <summary>Gets the progress of the expansions of a notification.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="notificationId">The ID of the notification.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<ExpansionProgress>> GetProgressAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    );
}

/// <summary>An expansion to start together with a notification.</summary>
/// <param name="Topic">The topic; if one expansion covers several topics, the first of them.</param>
/// <param name="Total">The number of subscribers when the notification was accepted.</param>
/// <param name="DueAt">
/// The time from which any worker may begin; null for a topic without subscribers, which is complete from the start.
/// </param>
public sealed record NewExpansion(string Topic, long Total, DateTimeOffset? DueAt);

/// <summary>The right to advance an expansion.</summary>
/// <param name="Notification">The notification.</param>
/// <param name="Topic">The topic; see <see cref="NewExpansion.Topic"/>.</param>
/// <param name="Cursor">The ID of the last subscriber whose deliveries are stored; empty at the beginning.</param>
/// <param name="Done">The number of subscribers whose deliveries are stored.</param>
/// <param name="Failures">The number of failures since the expansion last advanced.</param>
/// <param name="Fence">The fence, which <see cref="ExpansionStep"/> must present.</param>
public sealed record ExpansionLease(Notification Notification, string Topic, string Cursor, long Done, int Failures, long Fence);

/// <summary>One batch of an expansion.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Cursor">The ID of the last subscriber of the batch.</param>
/// <param name="Done">The number of subscribers whose deliveries are stored after this batch.</param>
/// <param name="IsComplete">Whether this is the last batch.</param>
/// <param name="At">The current time.</param>
/// <param name="Until">
/// The new end of the lease. Set it to <paramref name="At"/> to make the expansion due immediately, behind those that were
/// already due.
/// </param>
/// <param name="Deliveries">The deliveries of the batch.</param>
/// <param name="Digests">The events that the batch collected for digests instead.</param>
public sealed record ExpansionStep(
    ExpansionLease Lease,
    string Cursor,
    long Done,
    bool IsComplete,
    DateTimeOffset At,
    DateTimeOffset Until,
    IReadOnlyList<QueuedDelivery> Deliveries,
    IReadOnlyList<DigestEvent> Digests
);

/// <summary>The failure of a batch of an expansion.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Reason">The reason, without an address or content.</param>
/// <param name="At">The current time.</param>
/// <param name="RetryAt">The time at which the expansion falls due again; null to end it as a dead letter.</param>
public sealed record ExpansionFailure(ExpansionLease Lease, string Reason, DateTimeOffset At, DateTimeOffset? RetryAt);

/// <summary>The progress of an expansion.</summary>
/// <param name="Topic">The topic; see <see cref="NewExpansion.Topic"/>.</param>
/// <param name="Done">The number of subscribers whose deliveries are stored.</param>
/// <param name="Total">The number of subscribers when the notification was accepted.</param>
/// <param name="IsComplete">Whether the expansion has ended.</param>
/// <param name="StartedAt">The time at which the notification was accepted.</param>
/// <param name="UpdatedAt">The time at which the expansion last advanced.</param>
/// <param name="Failures">The number of failures since the expansion last advanced.</param>
/// <param name="Reason">The reason for the last failure; null if none has occurred since the expansion last advanced.</param>
public sealed record ExpansionProgress(
    string Topic,
    long Done,
    long Total,
    bool IsComplete,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt,
    int Failures = 0,
    string? Reason = null
)
{
    /// <summary>Gets whether the expansion ended because it failed too often; see <see cref="Reason"/>.</summary>
    public bool IsDeadLetter => IsComplete && Reason is not null;

    /// <summary>Gets the average number of subscribers per second since the start; zero before the first batch.</summary>
    public double Rate => UpdatedAt > StartedAt ? Done / (UpdatedAt - StartedAt).TotalSeconds : 0;

    /// <summary>Gets the estimated time to completion at the current rate; null before the first batch.</summary>
    public TimeSpan? Remaining =>
        IsComplete ? TimeSpan.Zero
        : Rate > 0 ? TimeSpan.FromSeconds(Math.Max(0, Total - Done) / Rate)
        : null;
}
