using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Notify.Hosting.Inboxes;

/// <summary>A page of an inbox.</summary>
internal sealed record InboxView(IReadOnlyList<InboxItemView> Items, string? Next);

/// <summary>An item of an inbox.</summary>
internal sealed record InboxItemView(
    Guid Id,
    Guid NotificationId,
    string? Category,
    string? Title,
    string? Body,
    string? Url,
    string? ImageUrl,
    IReadOnlyList<InboxButtonView>? Actions,
    IReadOnlyDictionary<string, string>? Data,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReadAt,
    DateTimeOffset? ArchivedAt
)
{
    public static InboxItemView Create(InboxItem item)
    {
        var content = item.Content;
        return new InboxItemView(
            item.Id,
            item.NotificationId,
            item.Category,
            content.Title,
            content.Body,
            content.Inbox?.Url,
            content.Inbox?.ImageUrl,
            content.Inbox?.Actions is { Count: > 0 } actions
                ? [.. actions.Select(action => new InboxButtonView(action.Label, action.Url))]
                : null,
            content.Data,
            item.CreatedAt,
            item.ReadAt,
            item.ArchivedAt
        );
    }
}

/// <summary>A button of an item.</summary>
internal sealed record InboxButtonView(string Label, string Url);

/// <summary>The number of unread items.</summary>
internal sealed record InboxUnreadView(
    [property: Description("The number of unread items. Counting stops at 1,000.")] int Unread,
    [property: Description("Whether there may be more.")] bool MayBeMore
)
{
    public static InboxUnreadView Create(InboxUnread unread) => new(unread.Count, unread.MayBeMore);
}

/// <summary>The response to a mark.</summary>
internal sealed record InboxChangedView([property: Description("The number of items that changed.")] int Changed);

/// <summary>A token for the inbox of one user.</summary>
internal sealed record InboxTokenView(string Token, DateTimeOffset ExpiresAt);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(InboxView))]
[JsonSerializable(typeof(InboxItemView))]
[JsonSerializable(typeof(InboxUnreadView))]
[JsonSerializable(typeof(InboxChangedView))]
[JsonSerializable(typeof(InboxTokenView))]
internal sealed partial class InboxJson : JsonSerializerContext;
