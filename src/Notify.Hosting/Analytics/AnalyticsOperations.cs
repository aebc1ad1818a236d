using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Analytics;

/// <summary>Describes the endpoints of analytics.</summary>
internal static class AnalyticsOperations
{
    private const string Tag = "analytics";

    public static ApiOperation CountDeliveries { get; } =
        new("countDeliveries", Tag, "Counts settled deliveries by minute, channel, provider and state.")
        {
            Scope = ApiScope.Read,
            Parameters =
            [
                ApiParameter.Query("from", _ => Schema.Time("The begin of the period. The default is an hour before to.")),
                ApiParameter.Query("to", _ =>
                    Schema.Time("The end of the period, at most 7 days after from. The default is now.")
                ),
                .. ApiParameters.CreatePage(AnalyticsEndpoint.MaxLimit),
            ],
            Responses = [ApiResponse.Ok(AnalyticsJson.Default.AnalyticsView, "A page of counts.")],
        };

    public static ApiOperation StreamEvents { get; } =
        new("streamEvents", Tag, "Streams the events of the tenant as server-sent events.")
        {
            Scope = ApiScope.Read,
            Description =
                "The first event is ready. The other events are named after their type, and their data is the JSON of the schema "
                + "Event. With the header Last-Event-ID, the stream continues after that event. The event missed reports events "
                + "that were left out because the reader is slow or the last event is no longer known.",
            Parameters =
            [
                ApiParameter.Query("types", _ =>
                    Schema.Text(
                        "The types to stream, separated by commas. The default is all types.",
                        "delivery.*,receipt.opened"
                    )
                ),
            ],
            Problems = [ProblemCodes.TooManyStreams],
            Responses = [ApiResponse.Text("text/event-stream", "The stream, which ends when the process stops.")],
            Schemas = [EventViewJson.Default.EventView],
        };
}

/// <summary>The schema of an event. <see cref="NotifyEvent"/> writes it.</summary>
internal sealed record EventView(Guid Id, string Type, DateTimeOffset OccurredAt, string Tenant, JsonElement Data);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EventView))]
internal sealed partial class EventViewJson : JsonSerializerContext;
