using System.Text.Json.Nodes;
using Notify.Core.Validation;
using Notify.Hosting.Notifications;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Workflows;

/// <summary>The schemas of what <see cref="WorkflowReader"/> reads.</summary>
internal static class WorkflowSchema
{
    public const string Example = """
        {
          "template": "order-shipped",
          "steps": [{ "channels": ["push"] }, { "channels": ["sms"], "after": "PT5M" }],
          "category": "orders",
          "timeToLive": "P1D"
        }
        """;

    public static JsonObject Refer(SchemaSet schemas) => schemas.Refer("WorkflowDraft", () => Create(schemas));

    public static JsonObject ReferRollback(SchemaSet schemas) =>
        schemas.Refer("WorkflowRollback", () =>
            Schema.Object("The version to return to.", ["version"], ("version", Schema.Whole("The version.", 1)))
        );

    public static JsonObject ReferPromotion(SchemaSet schemas) =>
        schemas.Refer("WorkflowPromotion", () =>
            Schema.Object(
                "The tenant to promote a workflow to.",
                ["tenant"],
                ("tenant", Schema.Name("The tenant.", Names.MaxLength, "production"))
            )
        );

    private static JsonObject Create(SchemaSet schemas)
    {
        var schema = Schema.Object(
            "A workflow to save.",
            ["template"],
            ("description", Schema.Text("A description for people.").Limit(0, 1_000)),
            ("template", TriggerSchema.Template(schemas)),
            ("steps", Schema.List("The steps, in order. Without any, every channel at once.", ReferStep(schemas))),
            ("category", Schema.Name("The category for preferences and throttles.", Names.MaxLength, "orders").NotNull()),
            ("priority", Schema.Choice("The priority. The default is normal.", TriggerBody.Priorities.Keys)),
            ("throttle", schemas.Refer("Throttle", TriggerSchema.CreateThrottle).NotNull()),
            ("digest", schemas.Refer("Digest", TriggerSchema.CreateDigest)),
            ("delay", Schema.Duration("How long after the trigger the first step begins. More than 0, at most 31 days.")),
            ("timeToLive", Schema.Duration("How long after its begin to send. More than the steps take, at most 31 days.")),
            ("name", Ignored()),
            ("version", Ignored()),
            ("savedAt", Ignored())
        );
        schema["dependentRequired"] = new JsonObject { ["throttle"] = Schema.ToArray("category") };
        return schema;
    }

    private static JsonObject ReferStep(SchemaSet schemas) =>
        schemas.Refer("WorkflowStepDraft", () =>
            Schema.Object(
                "Channels that are used at the same time.",
                ["channels"],
                ("channels", Schema.List("The channels.", KnownNames.Channel("A channel, which no other step uses."), min: 1)),
                (
                    "after",
                    Schema.Duration("How long to wait after the step before, from 1 second to 7 days. Not in the first step.")
                ),
                ("unless", TriggerSchema.Condition())
            )
        );

    private static JsonObject Ignored() => new() { ["description"] = "GET shows it. It is ignored here.", ["readOnly"] = true };
}
