using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Tracking;

/// <summary>Describes the endpoints of tracking.</summary>
internal static class TrackingOperations
{
    private const string Tag = "tracking";
    private const string Example = """{ "opens": true, "clicks": true }""";

    public static ApiOperation Get { get; } =
        new("getTracking", Tag, "Shows whether opens and clicks in the HTML of email are tracked.")
        {
            Scope = ApiScope.Read,
            Responses = [ApiResponse.Ok(() => TrackingJson.Default.TrackingView, "The settings.", Example)],
        };

    public static ApiOperation Save { get; } =
        new("saveTracking", Tag, "Replaces the settings for tracking. An omitted setting is false.")
        {
            Scope = ApiScope.Manage,
            Body = Refer,
            BodyExample = Example,
            Responses = [ApiResponse.NoContent("The settings are saved.")],
        };

    public static ApiOperation Follow { get; } =
        new("followTrackedLink", "links", "Leads from a tracked email to the target of its link, or answers with an image.")
        {
            Description =
                "HEAD, and requests that a browser marks as prefetch, are not counted. Further query parameters are "
                + "allowed.",
            IsOpen = true,
            Responses =
            [
                new(StatusCodes.Status200OK, "A transparent image: the open is recorded.") { MediaType = "image/gif" },
                new(StatusCodes.Status302Found, "The target is in Location: the click is recorded."),
                new(StatusCodes.Status404NotFound, "The link does not work.") { MediaType = "text/plain" },
            ],
        };

    private static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("TrackingDraft", () =>
            Schema.Object(
                "The settings for tracking.",
                [],
                ("opens", Schema.Flag("Whether an invisible image records that an email was opened.")),
                ("clicks", Schema.Flag("Whether links lead through Notify, which records that they were followed."))
            )
        );
}

/// <summary>The settings for tracking, as the API shows them.</summary>
internal sealed record TrackingView(bool Opens, bool Clicks);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TrackingView))]
internal sealed partial class TrackingJson : JsonSerializerContext;
