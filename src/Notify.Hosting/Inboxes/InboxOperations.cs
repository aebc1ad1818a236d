using System.Text.Json.Nodes;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Inboxes;

/// <summary>Describes the endpoints of inboxes.</summary>
internal static class InboxOperations
{
    /// <summary>The number of items that one call may name.</summary>
    public const int MaxIds = 500;

    private const string Tag = "inbox";

    private const string ForBrowsers =
        "For browsers: requires Authorization: Bearer with a token of createInboxToken, which determines the tenant and the "
        + "user.";

    private static readonly IReadOnlyList<ApiParameter> ListParameters =
    [
        ApiParameter.Query("filter", _ =>
            Schema.Choice("Which items. The default is current: those that are not archived.", ["current", "unread", "archived"])
        ),
        .. ApiParameters.Page,
    ];

    private static readonly IReadOnlyList<ApiResponse> ListResponses =
    [
        ApiResponse.Ok(() => InboxJson.Default.InboxView, "A page of the inbox, newest first."),
    ];

    private static readonly IReadOnlyList<ApiResponse> UnreadResponses =
    [
        ApiResponse.Ok(
            () => InboxJson.Default.InboxUnreadView,
            "The number of unread items.",
            """{ "unread": 3, "mayBeMore": false }"""
        ),
    ];

    private static readonly IReadOnlyList<ApiResponse> MarkResponses =
    [
        ApiResponse.Ok(() => InboxJson.Default.InboxChangedView, "The items are marked.", """{ "changed": 1 }"""),
    ];

    private const string MarkExample = """{ "mark": "read", "ids": ["0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04"] }""";

    private const string MarkDescription =
        "IDs that the user does not have are ignored. The first time that an item is read, its delivery gets an opened receipt, "
        + "which cancels the later steps of its fallback chain.";

    public static ApiOperation List { get; } =
        new("listInboxItems", Tag, "Lists the inbox of a user, newest first.")
        {
            Scope = ApiScope.Read,
            Parameters = ListParameters,
            Responses = ListResponses,
        };

    public static ApiOperation CountUnread { get; } =
        new("countUnreadInboxItems", Tag, "Counts the unread items of a user.")
        {
            Scope = ApiScope.Read,
            Responses = UnreadResponses,
        };

    public static ApiOperation Mark { get; } =
        new("markInboxItems", Tag, "Marks items of a user as read, unread, archived or unarchived.")
        {
            Description = MarkDescription,
            Scope = ApiScope.Manage,
            Body = Refer,
            BodyExample = MarkExample,
            Responses = MarkResponses,
        };

    public static ApiOperation CreateToken { get; } =
        new("createInboxToken", Tag, "Creates a short-lived token with which a browser uses the inbox of a user.")
        {
            Description = "The user need not exist. Call it from a backend that knows who is signed in.",
            Scope = ApiScope.Send,
            Problems = [ProblemCodes.NotSupported],
            Responses =
            [
                ApiResponse.Ok(
                    () => InboxJson.Default.InboxTokenView,
                    "The token.",
                    """{ "token": "kQ3v-2s", "expiresAt": "2027-03-01T11:00:00+00:00" }"""
                ),
            ],
        };

    public static ApiOperation ListOwn { get; } =
        new("listOwnInboxItems", Tag, "Lists the inbox of the user of the token, newest first.")
        {
            Description = ForBrowsers,
            IsOpen = true,
            Parameters = ListParameters,
            Problems = [ProblemCodes.InvalidToken],
            Responses = ListResponses,
        };

    public static ApiOperation CountOwnUnread { get; } =
        new("countOwnUnreadInboxItems", Tag, "Counts the unread items of the user of the token.")
        {
            Description = ForBrowsers,
            IsOpen = true,
            Problems = [ProblemCodes.InvalidToken],
            Responses = UnreadResponses,
        };

    public static ApiOperation MarkOwn { get; } =
        new("markOwnInboxItems", Tag, "Marks items of the user of the token.")
        {
            Description = $"{MarkDescription} {ForBrowsers}",
            IsOpen = true,
            Body = Refer,
            BodyExample = MarkExample,
            Problems = [ProblemCodes.InvalidToken],
            Responses = MarkResponses,
        };

    public static ApiOperation StreamOwn { get; } =
        new("streamOwnInbox", Tag, "Streams the changes of the inbox of the user of the token as server-sent events.")
        {
            Description =
                "The event unread contains the number of unread items: at the beginning, after changes, and from time to time. "
                + "The event item contains an item that was added or changed, with its new state; an item may be repeated. With "
                + "the header Last-Event-ID, the stream continues after that event. The event reset says that too much has "
                + $"changed since then: read the inbox again. The stream ends when the token expires. {ForBrowsers}",
            IsOpen = true,
            Problems = [ProblemCodes.InvalidToken, ProblemCodes.TooManyStreams],
            Responses = [ApiResponse.Text("text/event-stream", "The stream.")],
        };

    public static ApiOperation ShowComponent { get; } =
        new("showInboxComponent", Tag, "Serves the web component notify-inbox, an ECMAScript module.")
        {
            Description = "It may be cached for an hour. The ETag is that of its version.",
            IsOpen = true,
            Responses = [ApiResponse.Text("text/javascript", "The module.")],
        };

    private static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("InboxMarking", () =>
            Schema.Either(
                "The items to mark, and their new state.",
                schemas.Refer("MarkInboxItems", () =>
                    Schema.Object(
                        "Marks the named items.",
                        ["mark", "ids"],
                        ("mark", State()),
                        (
                            "ids",
                            Schema.List(
                                "The IDs of the items.",
                                Schema.Formatted("uuid", "The ID of an item.", "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04"),
                                1,
                                MaxIds
                            )
                        )
                    )
                ),
                schemas.Refer("MarkAllInboxItems", () =>
                    Schema.Object("Marks all items.", ["mark", "all"], ("mark", State()), ("all", All()))
                )
            )
        );

    private static JsonObject State() => Schema.Choice("The new state.", InboxMarkReader.Marks.Keys);

    private static JsonObject All()
    {
        var schema = Schema.Flag("True for all items.");
        schema["enum"] = new JsonArray(true);
        return schema;
    }
}
