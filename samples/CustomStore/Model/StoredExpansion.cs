namespace Notify.Storage.Files.Model;

/// <summary>The expansion of a topic as the file keeps it.</summary>
internal sealed class StoredExpansion
{
    public required Guid NotificationId { get; init; }

    public required string Topic { get; init; }

    public required long Total { get; init; }

    public string Cursor { get; set; } = "";

    public long Done { get; set; }

    public int Failures { get; set; }

    public long Fence { get; set; }

    public string? Reason { get; set; }

    /// <summary>Gets or sets when it falls due; null when it has ended.</summary>
    public DateTimeOffset? DueAt { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public static StoredExpansion From(Notification notification, NewExpansion expansion) =>
        new()
        {
            NotificationId = notification.Id,
            Topic = expansion.Topic,
            Total = expansion.Total,
            DueAt = expansion.DueAt,
            UpdatedAt = notification.AcceptedAt,
        };

    public ExpansionLease Lease(Notification notification, DateTimeOffset until)
    {
        DueAt = until;
        Fence++;
        return new ExpansionLease
        {
            Notification = notification,
            Topic = Topic,
            Cursor = Cursor,
            Done = Done,
            Failures = Failures,
            Fence = Fence,
        };
    }

    public bool IsHeldBy(ExpansionLease lease) =>
        DueAt is not null && NotificationId == lease.Notification.Id && Topic == lease.Topic && Fence == lease.Fence;

    public void Advance(ExpansionStep step)
    {
        (Cursor, Done, UpdatedAt) = (step.Cursor, step.Done, step.At);
        (Failures, Reason) = (0, null);
        DueAt = step.IsComplete ? null : step.Until;
    }

    public void Fail(ExpansionFailure failure)
    {
        (DueAt, Reason, UpdatedAt) = (failure.RetryAt, failure.Reason, failure.At);
        Failures++;
        Fence++;
    }

    public void Cancel(DateTimeOffset now)
    {
        if (DueAt is not null)
            (DueAt, Reason, UpdatedAt) = (null, null, now);
    }

    public ExpansionProgress GetProgress(DateTimeOffset acceptedAt) =>
        new()
        {
            Topic = Topic,
            Done = Done,
            Total = Total,
            IsComplete = DueAt is null,
            StartedAt = acceptedAt,
            UpdatedAt = UpdatedAt,
            Failures = Failures,
            Reason = Reason,
        };
}
