using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Recipients;

/// <summary>Describes the endpoints of devices and topics.</summary>
internal static class RecipientOperations
{
    private const string Devices = "devices";
    private const string Topics = "topics";

    private const string Subscribers = """{ "users": ["ada", "grace"] }""";

    public static ApiOperation ListDevices { get; } =
        new("listDevices", Devices, "Lists the devices of a user, ordered by id.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.Page,
            Responses = [ApiResponse.Ok(() => RecipientsJson.Default.DevicesView, "A page of devices.")],
        };

    public static ApiOperation GetDevice { get; } =
        new("getDevice", Devices, "Shows a device. Only the last characters of its token are shown.")
        {
            Scope = ApiScope.Read,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => RecipientsJson.Default.DeviceView, "The device.")],
        };

    public static ApiOperation SaveDevice { get; } =
        new("saveDevice", Devices, "Registers a device, or changes a registered one.")
        {
            Scope = ApiScope.Manage,
            Description =
                "Without a token, or with the shortened token that GET shows, only locale and timeZone of a registered device "
                + "change.",
            Body = DeviceSchema.Refer,
            BodyExample = """{ "platform": "android", "token": "fcm-token-of-the-phone", "app": "shop", "locale": "sv" }""",
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.NoContent("The device is saved.")],
        };

    public static ApiOperation RemoveDevice { get; } =
        new("deleteDevice", Devices, "Removes a device.")
        {
            Scope = ApiScope.Manage,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.NoContent("The device is removed.")],
        };

    public static ApiOperation ListTopics { get; } =
        new("listTopics", Topics, "Lists the topics that have or had subscribers, ordered by name.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.NamedPage,
            Responses = [ApiResponse.Ok(() => RecipientsJson.Default.TopicsView, "A page of topics.")],
        };

    public static ApiOperation ListSubscribers { get; } =
        new("listSubscribers", Topics, "Lists the subscribers of a topic, ordered by id.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.Page,
            Responses = [ApiResponse.Ok(() => RecipientsJson.Default.SubscribersView, "A page of subscribers.")],
        };

    public static ApiOperation Subscribe { get; } =
        new("addSubscribers", Topics, "Subscribes users to a topic.")
        {
            Scope = ApiScope.Manage,
            Body = SubscribersSchema.Refer,
            BodyExample = Subscribers,
            IsIdempotent = true,
            Responses = [ApiResponse.NoContent("The users are subscribed.")],
        };

    public static ApiOperation Unsubscribe { get; } =
        new("removeSubscribers", Topics, "Unsubscribes users from a topic.")
        {
            Scope = ApiScope.Manage,
            Body = SubscribersSchema.ReferRemoval,
            BodyExample = Subscribers,
            IsIdempotent = true,
            Responses = [ApiResponse.NoContent("The users are not subscribed.")],
        };
}
