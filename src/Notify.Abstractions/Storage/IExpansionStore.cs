using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A store of expansions, which turn notifications to topics into deliveries. Like a delivery, an expansion falls due until it is
/// complete. Each batch advances it in the same transaction that stores the deliveries of the batch, so that a crash neither
/// repeats nor loses anything.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
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
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record NewExpansion
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public NewExpansion() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="topic">The topic; if one expansion covers several topics, the first of them.</param>
    /// <param name="total">The number of subscribers when the notification was accepted.</param>
    /// <param name="dueAt">
    /// The time from which any worker may begin; null for a topic without subscribers, which is complete from the start.
    /// </param>
    [SetsRequiredMembers]
    public NewExpansion(string topic, long total, DateTimeOffset? dueAt)
    {
        Topic = topic;
        Total = total;
        DueAt = dueAt;
    }

    /// <summary>Gets the topic; if one expansion covers several topics, the first of them.</summary>
    public required string Topic { get; init; }

    /// <summary>Gets the number of subscribers when the notification was accepted.</summary>
    public required long Total { get; init; }

    /// <summary>
    /// Gets the time from which any worker may begin; null for a topic without subscribers, which is complete from the start.
    /// </summary>
    public DateTimeOffset? DueAt { get; init; }
}

/// <summary>The right to advance an expansion.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record ExpansionLease
{
    /// <summary>Gets the notification.</summary>
    public required Notification Notification { get; init; }

    /// <summary>Gets the topic; see <see cref="NewExpansion.Topic"/>.</summary>
    public required string Topic { get; init; }

    /// <summary>Gets the ID of the last subscriber whose deliveries are stored; empty at the beginning.</summary>
    public required string Cursor { get; init; }

    /// <summary>Gets the number of subscribers whose deliveries are stored.</summary>
    public required long Done { get; init; }

    /// <summary>Gets the number of failures since the expansion last advanced.</summary>
    public required int Failures { get; init; }

    /// <summary>Gets the fence, which <see cref="ExpansionStep"/> must present.</summary>
    public required long Fence { get; init; }
}

/// <summary>One batch of an expansion.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record ExpansionStep
{
    /// <summary>Gets the lease.</summary>
    public required ExpansionLease Lease { get; init; }

    /// <summary>Gets the ID of the last subscriber of the batch.</summary>
    public required string Cursor { get; init; }

    /// <summary>Gets the number of subscribers whose deliveries are stored after this batch.</summary>
    public required long Done { get; init; }

    /// <summary>Gets whether this is the last batch.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Gets the current time.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// Gets the new end of the lease. Set it to <see cref="At"/> to make the expansion due immediately, behind those that were
    /// already due.
    /// </summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Gets the deliveries of the batch.</summary>
    public required IReadOnlyList<QueuedDelivery> Deliveries { get; init; }

    /// <summary>Gets the events that the batch collected for digests instead.</summary>
    public required IReadOnlyList<DigestEvent> Digests { get; init; }
}

/// <summary>The failure of a batch of an expansion.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record ExpansionFailure
{
    /// <summary>Gets the lease.</summary>
    public required ExpansionLease Lease { get; init; }

    /// <summary>Gets the reason, without an address or content.</summary>
    public required string Reason { get; init; }

    /// <summary>Gets the current time.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the time at which the expansion falls due again; null to end it as a dead letter.</summary>
    public DateTimeOffset? RetryAt { get; init; }
}
