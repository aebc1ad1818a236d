using System.Text.Json.Serialization;

namespace Notify;

/// <summary>A notification and what became of it so far.</summary>
public sealed record NotificationTimeline
{
    /// <summary>
    /// Gets the notification. <see cref="Trigger.Content"/> is null; see <see cref="Notification.Contents"/> instead.
    /// </summary>
    public required Notification Notification { get; init; }

    /// <summary>Gets the overall status.</summary>
    public required NotificationStatus Status { get; init; }

    /// <summary>Gets the progress of the topics of the notification; empty if it has none.</summary>
    public required IReadOnlyList<ExpansionProgress> Expansions { get; init; }

    /// <summary>
    /// Gets the time at which the expansion of the topics was paused; null if it is not paused. See <see cref="IBroadcasts"/>.
    /// </summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>
    /// Gets the first events of the notification that digests collected, as many as a page of deliveries holds; empty if there
    /// are none.
    /// </summary>
    public required IReadOnlyList<CollectedEvent> Collected { get; init; }

    /// <summary>Gets the events that the notification summarizes; empty if it is not the summary of a digest.</summary>
    public required IReadOnlyList<CollectedEvent> Summarizes { get; init; }

    /// <summary>Gets the number of deliveries in each state. States without deliveries may be missing.</summary>
    public required IReadOnlyDictionary<DeliveryState, long> Counts { get; init; }

    /// <summary>Gets a page of the deliveries with their attempts and receipts, in the order of their IDs.</summary>
    public required Page<DeliveryRecord> Deliveries { get; init; }

    /// <summary>Returns the ID of the notification; never an address or content.</summary>
    public override string ToString() => $"Timeline of {Notification.Id}";
}

/// <summary>The progress of an expansion.</summary>
public sealed record ExpansionProgress
{
    /// <summary>Gets the topic; see <see cref="Storage.NewExpansion.Topic"/>.</summary>
    public required string Topic { get; init; }

    /// <summary>Gets the number of subscribers whose deliveries are stored.</summary>
    public required long Done { get; init; }

    /// <summary>Gets the number of subscribers when the notification was accepted.</summary>
    public required long Total { get; init; }

    /// <summary>Gets whether the expansion has ended.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Gets the time at which the notification was accepted.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Gets the time at which the expansion last advanced.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Gets the number of failures since the expansion last advanced.</summary>
    public int Failures { get; init; } = 0;

    /// <summary>Gets the reason for the last failure; null if none has occurred since the expansion last advanced.</summary>
    public string? Reason { get; init; }

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

/// <summary>A collected event with its state, as read from a store.</summary>
public sealed record CollectedEvent
{
    /// <summary>Gets the ID of the event.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the ID of the notification to which the event belongs.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>Gets the ID of the digest, which is shared by all events that are collected for the same summary.</summary>
    public required Guid DigestId { get; init; }

    /// <summary>Gets the ID of the user who receives the digest; null for a direct address.</summary>
    public string? UserId { get; init; }

    /// <summary>Gets the state of the event.</summary>
    public required CollectedState State { get; init; }

    /// <summary>
    /// Gets the ID of the notification that includes the event as a summary; null while the event is waiting, and if nothing is
    /// sent.
    /// </summary>
    public Guid? SummaryId { get; init; }

    /// <summary>Gets the reason nothing is sent; null otherwise.</summary>
    public string? Reason { get; init; }
}

/// <summary>The state of an event that was collected for a digest.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CollectedState>))]
public enum CollectedState
{
    /// <summary>The event is waiting in an open digest.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting = 0,

    /// <summary>The event is included in a summary.</summary>
    [JsonStringEnumMemberName("summarized")]
    Summarized = 1,

    /// <summary>The event ended because its digest could not be rendered or closed.</summary>
    [JsonStringEnumMemberName("deadLetter")]
    DeadLetter = 2,

    /// <summary>The event was removed from its digest.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled = 3,
}
