using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>An expansion in the in-memory store.</summary>
internal sealed class StoredExpansion(Notification notification, NewExpansion expansion)
{
    private string _cursor = "";
    private long _done;
    private long _fence;
    private int _failures;
    private string? _reason;
    private DateTimeOffset _updatedAt = notification.AcceptedAt;

    public Guid NotificationId => notification.Id;

    public string Tenant => notification.Tenant;

    /// <summary>Gets when the expansion is due; null if it has ended.</summary>
    public DateTimeOffset? DueAt { get; private set; } = expansion.DueAt;

    /// <summary>Gets whether a worker holds the expansion.</summary>
    public bool IsLeased { get; private set; }

    public ExpansionLease Lease(DateTimeOffset until)
    {
        (DueAt, IsLeased) = (until, true);
        return new ExpansionLease
        {
            Notification = notification,
            Topic = expansion.Topic,
            Cursor = _cursor,
            Done = _done,
            Failures = _failures,
            Fence = ++_fence,
        };
    }

    public bool IsHeldBy(ExpansionLease lease) =>
        DueAt is not null && lease.Notification.Id == NotificationId && lease.Topic == expansion.Topic && lease.Fence == _fence;

    public void Advance(ExpansionStep step)
    {
        (_cursor, _done, _updatedAt) = (step.Cursor, step.Done, step.At);
        (_failures, _reason) = (0, null);
        (DueAt, IsLeased) = (step.IsComplete ? null : step.Until, false);
    }

    public void Fail(ExpansionFailure failure)
    {
        (DueAt, _reason, _updatedAt, IsLeased) = (failure.RetryAt, failure.Reason, failure.At, false);
        _failures++;
        _fence++;
    }

    public void Cancel(DateTimeOffset now)
    {
        if (DueAt is not null)
            (DueAt, _updatedAt, _reason) = (null, now, null);
    }

    public ProgressRow ToRow() =>
        new()
        {
            NotificationId = NotificationId,
            Kind = ProgressRowKind.Expansion,
            State = (int)(
                DueAt is not null ? ExpansionState.Running
                : _reason is not null ? ExpansionState.DeadLetter
                : _done < expansion.Total ? ExpansionState.Stopped
                : ExpansionState.Complete
            ),
            Count = _done,
        };

    public ExpansionProgress GetProgress() =>
        new()
        {
            Topic = expansion.Topic,
            Done = _done,
            Total = expansion.Total,
            IsComplete = DueAt is null,
            StartedAt = notification.AcceptedAt,
            UpdatedAt = _updatedAt,
            Failures = _failures,
            Reason = _reason,
        };
}
