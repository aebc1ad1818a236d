using Microsoft.AspNetCore.Http;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.EventSubscriptions;

/// <summary>Describes the endpoints of event subscriptions.</summary>
internal static class EventSubscriptionOperations
{
    private const string Tag = "event subscriptions";

    private const string BodyExample = """
        { "url": "https://example.org/events", "types": ["delivery.*", "receipt.bounced"], "description": "order service" }
        """;

    private const string Example = """
        {
          "id": "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04",
          "url": "https://example.org/events",
          "types": ["delivery.*", "receipt.bounced"],
          "description": "order service",
          "enabled": true,
          "provider": "webhook",
          "version": 1,
          "createdAt": "2031-05-28T09:30:00Z",
          "updatedAt": "2031-05-28T09:30:00Z"
        }
        """;

    private const string IssuedExample = $$"""{ "subscription": {{Example}}, "secret": "whsec_bm90IGEgcmVhbCBzZWNyZXQ=" }""";

    public static ApiOperation List { get; } =
        new("listEventSubscriptions", Tag, "Lists subscriptions in the order in which they were created.")
        {
            Scope = ApiScope.Admin,
            Parameters = ApiParameters.Page,
            Responses = [ApiResponse.Ok(() => EventSubscriptionsJson.Default.EventSubscriptionsView, "A page of subscriptions.")],
        };

    public static ApiOperation Create { get; } =
        new("createEventSubscription", Tag, "Subscribes an endpoint to events of the tenant.")
        {
            Scope = ApiScope.Admin,
            Description =
                "The secret, by which the receiver verifies the events, is shown only in this answer and after a rotation.",
            Body = EventSubscriptionSchema.Refer,
            BodyExample = BodyExample,
            Problems = [ProblemCodes.NotSupported],
            Responses =
            [
                new ApiResponse(StatusCodes.Status201Created, "The subscription and the secret of its endpoint.")
                {
                    Json = () => EventSubscriptionsJson.Default.IssuedEventSubscriptionView,
                    Example = IssuedExample,
                    Headers = [("Location", "The URL of the subscription."), .. ApiParameters.Version],
                },
            ],
        };

    public static ApiOperation Get { get; } =
        new("getEventSubscription", Tag, "Shows a subscription without its secret.")
        {
            Scope = ApiScope.Admin,
            Parameters = ApiParameters.KnownVersion,
            Problems = [ProblemCodes.NotFound],
            Responses = [Shown, new ApiResponse(StatusCodes.Status304NotModified, "The caller has this version.")],
        };

    public static ApiOperation Replace { get; } =
        new("replaceEventSubscription", Tag, "Replaces a subscription; enables or disables it.")
        {
            Scope = ApiScope.Admin,
            Description =
                "What GET returned can be sent back. Events that wait for a retry go to the new URL. While a subscription is "
                + "disabled, its events are not kept, and those that wait for a retry are cancelled.",
            Body = EventSubscriptionSchema.Refer,
            BodyExample = BodyExample,
            Parameters = ApiParameters.Preconditions,
            Problems = [ProblemCodes.NotFound, ProblemCodes.PreconditionFailed, ProblemCodes.NotSupported],
            Responses = [Shown],
        };

    public static ApiOperation Delete { get; } =
        new("deleteEventSubscription", Tag, "Deletes a subscription. Its events that wait for a retry are cancelled.")
        {
            Scope = ApiScope.Admin,
            Parameters = ApiParameters.Preconditions,
            Problems = [ProblemCodes.NotFound, ProblemCodes.PreconditionFailed],
            Responses = [ApiResponse.NoContent("The subscription is deleted.")],
        };

    public static ApiOperation Rotate { get; } =
        new("rotateEventSubscriptionSecret", Tag, "Replaces the secret of a subscription's endpoint.")
        {
            Scope = ApiScope.Admin,
            Description = "Until previousUntil, events are also signed with the previous secret.",
            Problems = [ProblemCodes.NotFound, ProblemCodes.NotSupported],
            Responses =
            [
                ApiResponse.Ok(
                    () => EventSubscriptionsJson.Default.IssuedEventSubscriptionView,
                    "The subscription and the new secret.",
                    IssuedExample
                ),
            ],
        };

    public static ApiOperation Test { get; } =
        new("testEventSubscription", Tag, "Sends an event of the type subscription.test to a subscription's endpoint.")
        {
            Scope = ApiScope.Admin,
            Description = "The endpoint receives it even if the subscription is disabled or does not name the type.",
            Problems = [ProblemCodes.NotFound],
            Responses =
            [
                new ApiResponse(StatusCodes.Status202Accepted, "The event is on its way.")
                {
                    Json = () => EventSubscriptionsJson.Default.SentTestView,
                    Example = """{ "notificationId": "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b05" }""",
                },
            ],
        };

    private static ApiResponse Shown =>
        ApiResponse.Ok(() => EventSubscriptionsJson.Default.EventSubscriptionView, "The subscription.", Example) with
        {
            Headers = ApiParameters.Version,
        };
}
