using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Core.Queries;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Analytics;

/// <summary>Describes the endpoints of analytics.</summary>
internal static class AnalyticsOperations
{
    private const string Tag = "analytics";

    public static ApiOperation Query { get; } =
        new("queryAnalytics", Tag, "Sums the figures of a period, by time and by names.")
        {
            Description =
                "Periods begin and end in UTC; from is moved back, and to on, to the start or end of a period. A period without "
                + "events has no item. With the header Accept: text/csv, the answer is one CSV file with all items, and after "
                + "and limit have no effect.",
            Scope = ApiScope.Read,
            Parameters =
            [
                ApiParameter.Query("from", _ =>
                    Schema.Time(
                        "The begin of the period. The default is an hour before to for minutes, a day for hours and totals, and "
                            + "30 days for days."
                    )
                ),
                ApiParameter.Query("to", _ => Schema.Time("The end of the period. The default is now.")),
                ApiParameter.Query("resolution", _ =>
                    Schema.Choice(
                        $"The length of the periods, at most {AnalyticsRules.MaxPeriods} of them. The default is hour.",
                        AnalyticsReader.Resolutions.Keys
                    )
                ),
                ApiParameter.Query("groupBy", _ =>
                    Schema.Text(
                        "The names that have an item each, separated by commas: channel, provider, template, workflow, category.",
                        "channel,provider"
                    )
                ),
                ApiParameter.Query("channel", _ => Schema.Text("The only channel to include.", "email")),
                ApiParameter.Query("provider", _ => Schema.Text("The only provider to include.", "mail-eu")),
                ApiParameter.Query("template", _ => Schema.Text("The only template to include.", "welcome")),
                ApiParameter.Query("workflow", _ => Schema.Text("The only workflow to include.", "order-shipped")),
                ApiParameter.Query("category", _ => Schema.Text("The only category to include.", "news")),
                .. ApiParameters.CreatePage(AnalyticsEndpoint.MaxLimit),
            ],
            Responses = [ApiResponse.Ok(() => FiguresJson.Default.FiguresView, "A page of figures.")],
        };

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
            Responses = [ApiResponse.Ok(() => AnalyticsJson.Default.AnalyticsView, "A page of counts.")],
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
            Schemas = [() => EventViewJson.Default.EventView],
        };
}

/// <summary>The schema of an event. <see cref="NotifyEvent"/> writes it.</summary>
internal sealed record EventView(Guid Id, string Type, DateTimeOffset OccurredAt, string Tenant, JsonElement Data);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EventView))]
internal sealed partial class EventViewJson : JsonSerializerContext;
