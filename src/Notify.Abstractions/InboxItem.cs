using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>An item in the inbox of a user: a delivery over <see cref="Channel.Inbox"/> that was stored.</summary>
public sealed record InboxItem
{
    /// <summary>Gets the ID, which is that of the delivery.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the ID of the notification.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the ID of the user.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the category; see <see cref="Trigger.Category"/>.</summary>
    public string? Category { get; init; }

    /// <summary>
    /// Gets the content: <see cref="Content.Title"/>, <see cref="Content.Body"/>, <see cref="Content.Data"/> and
    /// <see cref="Content.Inbox"/>. The other parts are null.
    /// </summary>
    public required Content Content { get; init; }

    /// <summary>Gets the time at which the notification was accepted.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Gets the time at which the item was added to the inbox. Lists are in the order of this time.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets the time of the last change: the item was added, or its state changed.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Gets the time at which the user read the item; null if it is unread.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>
    /// Gets the time at which the user read the item for the first time; null if that has not happened. It does not change when
    /// the item is marked as unread.
    /// </summary>
    public DateTimeOffset? FirstReadAt { get; init; }

    /// <summary>Gets the time at which the item was archived; null if it is not archived.</summary>
    public DateTimeOffset? ArchivedAt { get; init; }

    /// <summary>Returns the ID and none of the content.</summary>
    public override string ToString() => $"inbox item {Id}";
}

/// <summary>The items of an inbox that a list contains.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InboxFilter>))]
public enum InboxFilter
{
    /// <summary>The items that are not archived.</summary>
    [JsonStringEnumMemberName("current")]
    Current,

    /// <summary>The items that are not read. An archived item always counts as read.</summary>
    [JsonStringEnumMemberName("unread")]
    Unread,

    /// <summary>The archived items.</summary>
    [JsonStringEnumMemberName("archived")]
    Archived,
}

/// <summary>A change of the state of an inbox item.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InboxMark>))]
public enum InboxMark
{
    /// <summary>The user read the item.</summary>
    [JsonStringEnumMemberName("read")]
    Read,

    /// <summary>The item counts as unread again. Archived items are not changed.</summary>
    [JsonStringEnumMemberName("unread")]
    Unread,

    /// <summary>The item moves to the archive. An item that was not read counts as read from then on.</summary>
    [JsonStringEnumMemberName("archived")]
    Archived,

    /// <summary>The item moves back from the archive.</summary>
    [JsonStringEnumMemberName("unarchived")]
    Unarchived,
}

/// <summary>The position of an item in a list: its time, and its ID among items with the same time.</summary>
public readonly record struct InboxPosition
{
    /// <summary>Creates the value.</summary>
    /// <param name="at">
    /// The time: <see cref="InboxItem.CreatedAt"/>, or <see cref="InboxItem.ChangedAt"/> in a list of changes.
    /// </param>
    /// <param name="id">The ID of the item.</param>
    [SetsRequiredMembers]
    public InboxPosition(DateTimeOffset at, Guid id) => (At, Id) = (at, id);

    /// <summary>
    /// Gets the time: <see cref="InboxItem.CreatedAt"/>, or <see cref="InboxItem.ChangedAt"/> in a list of changes.
    /// </summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the ID of the item.</summary>
    public required Guid Id { get; init; }
}
