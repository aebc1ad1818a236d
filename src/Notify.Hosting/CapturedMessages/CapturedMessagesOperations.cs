using Notify.Hosting.OpenApi;

namespace Notify.Hosting.CapturedMessages;

/// <summary>Describes the endpoints of captured messages.</summary>
internal static class CapturedMessagesOperations
{
    private const string Tag = "sandbox";

    private const string AllTenants = "A caller with the scope platform that names no tenant gets the messages of all tenants.";

    public static ApiOperation List { get; } =
        new("listCapturedMessages", Tag, "Lists the captured messages, newest first.")
        {
            Description = AllTenants,
            Scope = ApiScope.Read,
            Parameters =
            [
                ApiParameter.Query("channel", _ => Schema.Text("The only channel to include.", "email")),
                ApiParameter.Query("recipient", _ =>
                    Schema.Text("A part of the address, or of the ID of the user, regardless of case.", "ada@example.org")
                ),
                ApiParameter.Query("text", _ =>
                    Schema.Text("A part of the title, the body, the HTML or a value of the data, regardless of case.", "order 42")
                ),
                .. ApiParameters.Page,
            ],
            Responses = [ApiResponse.Ok(() => CapturedMessagesJson.Default.CapturedMessagesView, "A page of messages.")],
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
