using Notify.Hosting.Notifications;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Requests;

namespace Notify.Hosting.TriggerStreams;

/// <summary>Describes the endpoint of streams of triggers.</summary>
internal static class TriggerStreamOperations
{
    public static ApiOperation Stream { get; } =
        new("triggerNotifications", "notifications", "Accepts many notifications: a trigger per line, a result per line.")
        {
            Description =
                "The body is NDJSON: each line is a trigger as triggerNotification takes it. The number of lines is not limited; "
                + "the limit of a body applies to each line. Each line is answered with a line, in the same order, while the "
                + "body is still being sent, so read the response while you send. A line that fails does not end the stream. "
                + "If the connection breaks, or the last line of the response has ended: true, send the same stream again with "
                + "the same idempotency key: lines that were accepted before are not sent twice.",
            HasLines = true,
            Body = TriggerSchema.Refer,
            BodyExample = TriggerSchema.Example,
            Scope = ApiScope.Send,
            Parameters =
            [
                ApiParameter.Header(IdempotencyKey.Header, _ =>
                    Schema.Text("The key of the stream. A line without idempotencyKey gets the key KEY:LINE.", "import-7")
                ),
                ApiParameter.Query("results", _ =>
                    Schema.Choice(
                        "The results to write. With failed, the last line is a summary. The default is all.",
                        TriggerStreamEndpoint.Results.Keys
                    )
                ),
            ],
            Problems = [ProblemCodes.TooManyStreams],
            Responses =
            [
                ApiResponse.Ok(
                    () => TriggerStreamJson.Default.TriggerLineView,
                    "The results.",
                    """{ "line": 1, "status": 202, "id": "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04", "duplicate": false }"""
                ),
            ],
            Schemas = [() => TriggerStreamJson.Default.TriggerStreamSummaryView],
        };
}
