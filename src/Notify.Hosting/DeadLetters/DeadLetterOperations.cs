using System.Text.Json.Nodes;
using Notify.Core.Queries;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.DeadLetters;

/// <summary>Describes the endpoints of dead letters, and the schema of what <see cref="ReplayEndpoint"/> reads.</summary>
internal static class DeadLetterOperations
{
    private const string Tag = "dead letters";

    public static ApiOperation List { get; } =
        new("listDeadLetters", Tag, "Lists the dead letters that match a filter, newest first, and counts them.")
        {
            Scope = ApiScope.Read,
            Parameters =
            [
                .. Filter().Select(member => ApiParameter.Query(member.Name, _ => member.Create())),
                .. ApiParameters.Page,
            ],
            Responses = [ApiResponse.Ok(() => DeadLettersJson.Default.DeadLettersView, "A page of dead letters.")],
        };

    public static ApiOperation Replay { get; } =
        new("replayDeadLetters", Tag, "Makes dead letters due again, or counts them.")
        {
            Scope = ApiScope.Manage,
            Body = Refer,
            BodyExample = """{ "provider": "mail-eu", "dryRun": true }""",
            IsIdempotent = true,
            Responses =
            [
                ApiResponse.Ok(
                    () => DeadLettersJson.Default.ReplayView,
                    "What was replayed.",
                    """{ "count": 7, "dryRun": true }"""
                ),
            ],
        };

    private static JsonObject Refer(SchemaSet schemas) => schemas.Refer("ReplayRequest", () =>
        {
            (string Name, JsonObject Schema)[] members =
            [
                .. Filter().Select(member => (member.Name, member.Create().NotNull())),
                ("all", Schema.Flag("Whether to replay every dead letter. Only without other criteria.").NotNull()),
                ("dryRun", Schema.Flag("Whether only to count. The default is false.").NotNull()),
                ("expiresAt", Schema.Time("The new expiry, in the future.").NotNull()),
            ];
            return Schema.Object("Which dead letters to replay: some criteria, or all. No member may be null.", [], members);
        });

    private static (string Name, Func<JsonObject> Create)[] Filter() =>
        [
            ("ids", Ids),
            ("provider", () => Criterion("The name of the provider.", "mail-eu")),
            ("reason", () => Criterion("A part of the reason.", "mailbox full")),
            ("from", () => Schema.Time("Ended at this time or later.")),
            ("to", () => Schema.Time("Ended before this time.")),
        ];

    private static JsonObject Criterion(string description, string example)
    {
        var schema = Schema.Text(description, example);
        schema["minLength"] = 1;
        return schema;
    }

    // One id needs no array. In a query, the parameter is repeated.
    private static JsonObject Ids() =>
        Schema.Either("The ids of deliveries.", Id(), Schema.List("Several ids.", Id(), 1, QueryRules.MaxIds));

    private static JsonObject Id() => Schema.Formatted("uuid", "The id of a delivery.", "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04");
}
