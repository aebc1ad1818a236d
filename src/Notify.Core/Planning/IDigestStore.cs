using Notify.Queueing;

namespace Notify.Planning;

/// <summary>
/// Keeps what is collected for a digest, by tenant, recipient and template. A digest falls due until it is closed, and closing it
/// stores the notification that sends it in the same transaction: an event is in exactly one digest.
/// </summary>
public interface IDigestStore
{
    /// <summary>Leases digests that are due, each with its events in the order in which they came, at most 1,000.</summary>
    ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(
        string owner,
        DateTimeOffset now,
        DateTimeOffset until,
        int max,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Stores the digest's notification and forgets the events of the lease. Events that came meanwhile stay, and fall due at
    /// <paramref name="nextDueAt"/>. False, and nothing is stored, when the lease was lost. Without a request the events are
    /// forgotten and nothing is sent: their user is gone.
    /// </summary>
    ValueTask<bool> CloseAsync(
        DigestLease lease,
        EnqueueRequest? request,
        DateTimeOffset nextDueAt,
        CancellationToken cancellationToken
    );
}

/// <summary>Something to collect; stored with the notification it belongs to.</summary>
/// <param name="Id">A UUIDv7: events are ordered by it.</param>
/// <param name="Recipient">Whose digest.</param>
/// <param name="Trigger">The trigger, for this one recipient.</param>
/// <param name="DueAt">When the digest is due, if this is its first event.</param>
public sealed record DigestEvent(Guid Id, Recipient Recipient, Trigger Trigger, DateTimeOffset DueAt)
{
    /// <summary>
    /// The fence of the digest that this event is the first of. It grows with time, so that a digest which was closed and opened
    /// again is not taken for the one before.
    /// </summary>
    public long FirstFence => DueAt.UtcTicks;
}

/// <summary>The right to close a digest.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Recipient">Whose digest.</param>
/// <param name="Template">The template that says it.</param>
/// <param name="Events">What was collected, oldest first.</param>
/// <param name="Fence">What <see cref="IDigestStore.CloseAsync"/> checks.</param>
public sealed record DigestLease(
    string Tenant,
    Recipient Recipient,
    string Template,
    IReadOnlyList<DigestEvent> Events,
    long Fence
);
