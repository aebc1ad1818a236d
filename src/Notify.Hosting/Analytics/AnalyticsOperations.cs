using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Analytics;

/// <summary>Describes the endpoints of analytics.</summary>
internal static class AnalyticsOperations
{
    private const string Tag = "analytics";

    public static ApiOperation CountDeliveries { get; } =
        new("countDeliveries", Tag, "Counts settled deliveries by minute, channel, provider and state.")
        {
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
        new("streamEvents", Tag, "Streams the settlements of the tenant as server-sent events.")
        {
            Description =
                "The first event is ready. Then follows one event per settlement, whose data is the JSON of the schema Event, "
                + "and missed with the number of events that a slow reader missed.",
            Problems = [ProblemCodes.TooManyStreams],
            Responses = [ApiResponse.Text("text/event-stream", "The stream, which ends when the process stops.")],
            Schemas = [EventJson.Default.EventView],
        };
}
