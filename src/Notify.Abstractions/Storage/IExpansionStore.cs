namespace Notify.Storage;

/// <summary>
/// Keeps how far a notification to a topic has been turned into deliveries. Like a delivery, an expansion falls due until it is
/// done, and each batch moves it on in the same transaction that stores the batch's deliveries: a crash repeats nothing and loses
/// nothing.
/// </summary>
public interface IExpansionStore
{
    /// <summary>Leases expansions that are due, in turn among tenants.</summary>
    ValueTask<IReadOnlyList<ExpansionLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a batch's deliveries and moves the expansion on, which clears its failures. False, and nothing is stored, when the
    /// lease was lost or the expansion was cancelled.
    /// </summary>
    ValueTask<bool> AdvanceAsync(ExpansionStep step, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a lease back after a failure: the expansion falls due again at <see cref="ExpansionFailure.RetryAt"/>, or becomes a
    /// dead letter. False, and nothing changes, when the lease was lost or the expansion was cancelled.
    /// </summary>
    ValueTask<bool> FailAsync(ExpansionFailure failure, CancellationToken cancellationToken);

    /// <summary>
    /// Finds the addresses that a notification has deliveries to, so that the next batch does not notify them again.
    /// </summary>
    /// <param name="notificationId">The notification.</param>
    /// <param name="addressKeys">The addresses to look for, by <see cref="QueuedDelivery.AddressKey"/>.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlySet<Guid>> FindReachedAsync(
        Guid notificationId,
        IReadOnlyCollection<Guid> addressKeys,
        CancellationToken cancellationToken
    );

    /// <summary>Reads the progress of a notification's expansions.</summary>
    ValueTask<IReadOnlyList<ExpansionProgress>> GetProgressAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    );
}

/// <summary>An expansion to begin with a notification.</summary>
/// <param name="Topic">The topic; the first of them where one expansion covers several.</param>
/// <param name="Total">How many subscribers there were when the notification was accepted.</param>
/// <param name="DueAt">When any worker may begin; null for a topic without subscribers, which is complete from the start.</param>
public sealed record NewExpansion(string Topic, long Total, DateTimeOffset? DueAt);

/// <summary>The right to move an expansion on.</summary>
/// <param name="Notification">The notification.</param>
/// <param name="Topic">See <see cref="NewExpansion.Topic"/>.</param>
/// <param name="Cursor">The last subscriber that has its deliveries; empty at the beginning.</param>
/// <param name="Done">How many subscribers have theirs.</param>
/// <param name="Failures">How often it has failed since it last moved on.</param>
/// <param name="Fence">The number that <see cref="ExpansionStep"/> must present.</param>
public sealed record ExpansionLease(Notification Notification, string Topic, string Cursor, long Done, int Failures, long Fence);

/// <summary>One batch of an expansion.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Cursor">The last subscriber of the batch.</param>
/// <param name="Done">How many subscribers have their deliveries now.</param>
/// <param name="IsComplete">Whether that was the last batch.</param>
/// <param name="At">When.</param>
/// <param name="Until">The lease's new end; <paramref name="At"/> to let it fall due at once, behind what was due before.</param>
/// <param name="Deliveries">The batch's deliveries.</param>
/// <param name="Digests">What the batch collected instead.</param>
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

/// <summary>A batch of an expansion that failed.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Reason">Why, without an address or content.</param>
/// <param name="At">When.</param>
/// <param name="RetryAt">When it falls due again; null to end it as a dead letter.</param>
public sealed record ExpansionFailure(ExpansionLease Lease, string Reason, DateTimeOffset At, DateTimeOffset? RetryAt);

/// <summary>How far an expansion is.</summary>
/// <param name="Topic">See <see cref="NewExpansion.Topic"/>.</param>
/// <param name="Done">How many subscribers have their deliveries.</param>
/// <param name="Total">How many there were when the notification was accepted.</param>
/// <param name="IsComplete">Whether nothing is left to do.</param>
/// <param name="StartedAt">When the notification was accepted.</param>
/// <param name="UpdatedAt">When it last moved on.</param>
/// <param name="Failures">How often it has failed since then.</param>
/// <param name="Reason">Why it failed last; null when it has not failed since it last moved on.</param>
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
    /// <summary>Whether it ended because it failed too often. <see cref="Reason"/> then tells why.</summary>
    public bool IsDeadLetter => IsComplete && Reason is not null;

    /// <summary>Subscribers per second since the beginning; zero before the first batch.</summary>
    public double Rate => UpdatedAt > StartedAt ? Done / (UpdatedAt - StartedAt).TotalSeconds : 0;

    /// <summary>How long the rest takes at this rate; null before the first batch.</summary>
    public TimeSpan? Remaining =>
        IsComplete ? TimeSpan.Zero
        : Rate > 0 ? TimeSpan.FromSeconds(Math.Max(0, Total - Done) / Rate)
        : null;
}
