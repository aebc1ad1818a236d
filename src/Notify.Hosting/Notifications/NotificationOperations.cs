using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Notify.Core.Validation;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Notifications;

/// <summary>Describes the endpoints of notifications.</summary>
internal static class NotificationOperations
{
    private const string Tag = "notifications";

    public static ApiOperation List { get; } =
        new("listNotifications", Tag, "Lists notifications, newest first.")
        {
            Scope = ApiScope.Read,
            Parameters =
            [
                ApiParameter.Query("from", _ => Schema.Time("Accepted at this time or later.")),
                ApiParameter.Query("to", _ => Schema.Time("Accepted before this time.")),
                ApiParameter.Query("reference", _ => Schema.Text("The reference of the trigger.", "order-42")),
                ApiParameter.Query("tag", _ => Schema.Text("A tag of the trigger.", "spring-sale")),
                ApiParameter.Query("user", _ => Schema.Text("The id of a user whom the trigger names.", "ada")),
                ApiParameter.Query("address", _ => Schema.Text("An address that the trigger names.", "ada@example.org")),
                ApiParameter.Query("status", _ => Schema.Choice("The overall status.", NotificationListEndpoint.Statuses.Keys)),
                ApiParameter.Query("template", _ => Schema.Text("The name of the template.", "order-shipped")),
                ApiParameter.Query("category", _ => Schema.Text("The category.", "orders")),
                ApiParameter.Query("channel", _ => Schema.Text("A channel over which it has a delivery.", "email")),
                ApiParameter.Query("priority", _ => Schema.Choice("The priority.", TriggerBody.Priorities.Keys)),
                .. ApiParameters.Page,
            ],
            Responses = [ApiResponse.Ok(() => NotificationsJson.Default.NotificationsView, "A page of notifications.")],
        };

    public static ApiOperation Trigger { get; } =
        new("triggerNotification", Tag, "Accepts a notification.")
        {
            Scope = ApiScope.Send,
            Description = "The notification is durable once the call returns.",
            Body = TriggerSchema.Refer,
            BodyExample = TriggerSchema.Example,
            IsIdempotent = true,
            Responses =
            [
                new ApiResponse(StatusCodes.Status202Accepted, "The notification is durable.")
                {
                    Json = () => NotificationsJson.Default.AcceptedView,
                    Example = """
                        {
                          "id": "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04",
                          "duplicate": false,
                          "statusUrl": "/v1/notifications/0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04"
                        }
                        """,
                    Headers = [(HeaderNames.Location, "The path of the notification, as in statusUrl.")],
                },
            ],
        };

    public static ApiOperation Get { get; } =
        new("getNotification", Tag, "Shows a notification and, page by page, its deliveries with their attempts.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.Page,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => NotificationsJson.Default.NotificationView, "The notification.")],
        };

    public static ApiOperation Cancel { get; } =
        new("cancelNotification", Tag, "Cancels the deliveries that have not been sent.")
        {
            Scope = ApiScope.Send,
            IsOnlyLive = true,
            Parameters =
            [
                ApiParameter.Query("ids", _ =>
                    Schema.Flag("Whether to list the ids of the cancelled deliveries. The default is false.")
                ),
            ],
            Problems = [ProblemCodes.NotFound],
            Responses =
            [
                ApiResponse.Ok(
                    () => NotificationsJson.Default.CancellationView,
                    "What the cancellation did.",
                    """{ "cancelled": 2, "inFlight": 0, "ended": 1, "collected": 0 }"""
                ),
            ],
        };

    public static ApiOperation Pause { get; } =
        new("pauseNotification", Tag, "Pauses a broadcast: no further deliveries are created until it is resumed.")
        {
            Scope = ApiScope.Send,
            IsOnlyLive = true,
            Description = "Deliveries that exist are sent. A broadcast that is paused already or has ended stays as it is.",
            Problems = [ProblemCodes.NotFound],
            Responses = [BroadcastResponse],
        };

    public static ApiOperation Resume { get; } =
        new("resumeNotification", Tag, "Resumes a paused broadcast behind its last subscriber.")
        {
            Scope = ApiScope.Send,
            IsOnlyLive = true,
            Description = "A broadcast that is not paused stays as it is.",
            Problems = [ProblemCodes.NotFound],
            Responses = [BroadcastResponse],
        };

    public static ApiOperation CancelTarget { get; } =
        new("cancelNotifications", Tag, "Cancels all notifications with a reference or a cancellation key.")
        {
            Scope = ApiScope.Send,
            IsOnlyLive = true,
            Parameters =
            [
                ApiParameter.Query("ids", _ =>
                    Schema.Flag("Whether to list the ids of the cancelled deliveries. The default is false.")
                ),
            ],
            Body = schemas =>
                schemas.Refer("CancellationTarget", () =>
                    Schema
                        .Object(
                            "The notifications to cancel.",
                            [],
                            (
                                "cancellationKey",
                                Schema.Name("The cancellation key.", Names.MaxLength, "order-42-reminders").NotNull()
                            ),
                            ("reference", Schema.Name("The reference.", Names.MaxLength, "order-42").NotNull())
                        )
                        .RequireOne("cancellationKey", "reference")
                ),
            BodyExample = """{ "cancellationKey": "order-42-reminders" }""",
            Responses =
            [
                ApiResponse.Ok(
                    () => NotificationsJson.Default.CancellationView,
                    "What the cancellation did, over all notifications.",
                    """{ "cancelled": 2, "inFlight": 0, "ended": 1, "collected": 0, "notifications": 3 }"""
                ),
            ],
        };

    private static ApiResponse BroadcastResponse =>
        ApiResponse.Ok(
            () => NotificationsJson.Default.BroadcastView,
            "The broadcast.",
            """
            {
              "id": "0195513f-3a2b-7cc0-81d3-ff1207451cd4",
              "pausedAt": "2031-05-28T09:30:00Z",
              "complete": false,
              "done": 500,
              "total": 1200
            }
            """
        );
}
