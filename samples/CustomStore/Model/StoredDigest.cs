namespace Notify.Storage.Files.Model;

/// <summary>An open digest as the file keeps it. Its events are in <see cref="TenantData.Events"/>.</summary>
internal sealed class StoredDigest
{
    public required DateTimeOffset DueAt { get; set; }

    public required long Fence { get; set; }

    public int Failures { get; set; }

    /// <summary>Ends a lease.</summary>
    public void Release(DateTimeOffset dueAt, int failures)
    {
        (DueAt, Failures) = (dueAt, failures);
        Fence++;
    }
}

/// <summary>A collected event as the file keeps it.</summary>
internal sealed class StoredEvent
{
    public required DigestEvent Event { get; set; }

    public required Guid DigestId { get; init; }

    public CollectedState State { get; set; }

    public Guid? SummaryId { get; set; }

    public string? Reason { get; set; }

    /// <summary>Ends the event. Its data is not needed after that.</summary>
    public void End(CollectedState state, Guid? summaryId, string? reason)
    {
        (State, SummaryId, Reason) = (state, summaryId, reason);
        Event = Event with { Trigger = Event.Trigger with { DataElement = null } };
    }

    public CollectedEvent ToRecord() =>
        new()
        {
            Id = Event.Id,
            NotificationId = Event.NotificationId,
            DigestId = DigestId,
            UserId = Event.UserId,
            State = State,
            SummaryId = SummaryId,
            Reason = Reason,
        };
}
