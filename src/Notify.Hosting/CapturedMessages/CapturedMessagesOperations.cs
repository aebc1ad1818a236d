using Notify.Hosting.OpenApi;

namespace Notify.Hosting.CapturedMessages;

/// <summary>Describes the endpoints of captured messages.</summary>
internal static class CapturedMessagesOperations
{
    private const string Tag = "sandbox";

    private const string AllTenants = "A caller with the scope platform that names no tenant gets the messages of all tenants.";

    public static ApiOperation Page { get; } =
        new("showCapturedMessages", Tag, "Shows the page of captured messages.")
        {
            Scope = ApiScope.Read,
            HasTenant = false,
            Responses = [ApiResponse.Text("text/html", "The page.")],
        };

    public static ApiOperation List { get; } =
        new("listCapturedMessages", Tag, "Lists the captured messages, newest first.")
        {
            Description = AllTenants,
            Scope = ApiScope.Read,
            Parameters = ApiParameters.Page,
            Responses = [ApiResponse.Ok(CapturedMessagesJson.Default.CapturedMessagesView, "A page of messages.")],
        };

    public static ApiOperation Stream { get; } =
        new("streamCapturedMessages", Tag, "Streams captured messages as server-sent events.")
        {
            Scope = ApiScope.Read,
            Description = $"The first event is ready. Then follows one event per message. {AllTenants}",
            Problems = [ProblemCodes.TooManyStreams],
            Responses = [ApiResponse.Text("text/event-stream", "The stream, which ends when the process stops.")],
        };
}
