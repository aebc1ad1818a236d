using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// The overall status of a notification, computed from its deliveries, the expansions of its topics, and its events in digests.
/// Later versions may add members.
/// </summary>
[JsonConverter(typeof(NotificationStatusJsonConverter))]
public enum NotificationStatus
{
    /// <summary>A status that this version of Notify does not know.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown = -1,

    /// <summary>
    /// Something is waiting, nothing was sent or became a dead letter so far, and either the time of <see cref="Trigger.SendAt"/>
    /// or <see cref="Trigger.SendAtLocal"/> has not come yet, or all that waits are events in digests.
    /// </summary>
    [JsonStringEnumMemberName("scheduled")]
    Scheduled = 0,

    /// <summary>
    /// Something is waiting or being attempted: a delivery, also one that waits for a retry, a fallback or the end of quiet
    /// hours; an event in a digest; or subscribers whose deliveries are not created yet.
    /// </summary>
    [JsonStringEnumMemberName("inProgress")]
    InProgress = 1,

    /// <summary>Everything has ended, and at least one delivery was sent or one event was included in a summary.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed = 2,

    /// <summary>
    /// Everything has ended, nothing was sent, and at least one delivery, event or expansion became a dead letter.
    /// </summary>
    [JsonStringEnumMemberName("failed")]
    Failed = 3,

    /// <summary>
    /// Everything has ended, nothing was sent or became a dead letter, and
    /// <see cref="INotifier.CancelAsync(string, Guid, CancellationToken)"/> or the deletion of a user cancelled something.
    /// </summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled = 4,

    /// <summary>
    /// Everything has ended, and there was nothing to send: no recipient could get the notification, because of preferences,
    /// missing addresses, a throttle, a newer notification with the same collapse key, or empty topics.
    /// </summary>
    [JsonStringEnumMemberName("nothingToSend")]
    NothingToSend = 5,
}

/// <summary>A JSON converter that reads an unknown status as <see cref="NotificationStatus.Unknown"/>.</summary>
public sealed class NotificationStatusJsonConverter() : TolerantEnumJsonConverter<NotificationStatus>(NotificationStatus.Unknown);
