using System.Text.Json.Nodes;
using Notify.Core.Triggers;
using Notify.Core.Validation;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Notifications;

/// <summary>The schema of what <see cref="TriggerBody"/> reads.</summary>
internal static class TriggerSchema
{
    public const string Example = """
        {
          "to": [{ "user": "ada" }, { "email": "grace@example.com" }],
          "content": { "title": "Your order has shipped", "body": "Order 42 is on its way." },
          "category": "orders",
          "priority": "high"
        }
        """;

    public static JsonObject Refer(SchemaSet schemas) => schemas.Refer("Trigger", () => Create(schemas));

    private static JsonObject Create(SchemaSet schemas)
    {
        var schema = Schema
            .Object(
                "The request to notify. It has either content, a template or a workflow, which defines most other fields.",
                ["to"],
                ("to", Recipients(schemas)),
                ("content", ContentSchema.Refer(schemas).NotNull()),
                ("onUnknownRecipient", UnknownRecipient()),
                ("template", Template(schemas).NotNull()),
                ("workflow", Workflow(schemas)),
                ("data", Schema.AnyObject("The variables of the template. The name recipient is reserved.")),
                ("channels", Channels()),
                ("fallback", Fallback(schemas)),
                ("category", Schema.Name("The category for preferences and throttles.", Names.MaxLength, "orders").NotNull()),
                (
                    "collapseKey",
                    Schema.Name(
                        "A newer notification with the same key replaces one that waits.",
                        TriggerValidator.MaxCollapseKeyLength,
                        "order-42"
                    )
                ),
                ("throttle", schemas.Refer("Throttle", CreateThrottle).NotNull()),
                ("digest", schemas.Refer("Digest", CreateDigest)),
                ("priority", Schema.Choice("The priority. The default is normal.", TriggerBody.Priorities.Keys)),
                (
                    "sendAt",
                    Schema.Time(
                        $"When to send, at most {schemas.Limits.MaxScheduleAhead.TotalDays:0} days ahead. "
                            + "A time in the past means now."
                    )
                ),
                ("track", TrackingFlag()),
                ("sendAtLocal", LocalTime()),
                (
                    "expiresAt",
                    Schema.Time(
                        "Nothing is sent at this time or later. In the future, at most "
                            + $"{schemas.Limits.MaxExpiryAhead.TotalDays:0} days ahead."
                    )
                ),
                (
                    "reference",
                    Schema.Name("The application's own id, by which notifications are listed.", Names.MaxLength, "order-42")
                ),
                (
                    "cancellationKey",
                    Schema.Name("Cancels all notifications that have the same key.", Names.MaxLength, "order-42-reminders")
                ),
                ("tags", Tags()),
                ("metadata", Metadata()),
                ("idempotencyKey", Schema.Name("Instead of the header Idempotency-Key.", Names.MaxLength, "order-42-shipped"))
            )
            .RequireOne("content", "template", "workflow");
        schema["dependentRequired"] = new JsonObject { ["throttle"] = Schema.ToArray("category") };
        return schema;
    }

    private static JsonObject Recipients(SchemaSet schemas) =>
        Schema.Either(
            $"One recipient, or a list of at most {schemas.Limits.MaxRecipients}.",
            RecipientSchema.Refer(schemas),
            Schema.List("Several recipients.", RecipientSchema.Refer(schemas), 1, schemas.Limits.MaxRecipients)
        );

    private static JsonObject UnknownRecipient() =>
        Schema.Choice(
            "What to do if a user or topic does not exist: refuse the trigger, or notify the others. The default is fail.",
            ["fail", "skip"]
        );

    private static JsonObject Workflow(SchemaSet schemas) =>
        Schema
            .Either(
                "The workflow: its name, or an object with name and version.",
                Schema.Name("The name of the workflow, whose newest version is used.", Names.MaxLength, "order-shipped"),
                schemas.Refer("WorkflowVersion", () =>
                    Schema.Object(
                        "A version of a workflow.",
                        ["name"],
                        ("name", Schema.Name("The name of the workflow.", Names.MaxLength, "order-shipped")),
                        ("version", Schema.Whole("The version. By default the newest.", 1))
                    )
                )
            )
            .NotNull();

    public static JsonObject Template(SchemaSet schemas) =>
        Schema.Either(
            "The template: its name, or an object with name and version.",
            Schema.Name("The name of the template, whose newest version is used.", Names.MaxLength, "order-shipped"),
            schemas.Refer("TemplateVersion", () =>
                Schema.Object(
                    "A version of a template.",
                    ["name"],
                    ("name", Schema.Name("The name of the template.", Names.MaxLength, "order-shipped")),
                    ("version", Schema.Whole("The version. By default the newest.", 1))
                )
            )
        );

    private static JsonObject Tags()
    {
        var tags = Schema.List(
            "Labels by which notifications are listed.",
            Schema.Name("A tag.", LabelRules.MaxNameLength, "spring-sale"),
            max: LabelRules.MaxTags
        );
        tags["uniqueItems"] = true;
        return tags;
    }

    private static JsonObject Metadata()
    {
        var metadata = Schema.Map(
            "The application's own texts, which reads and events show.",
            Schema.Text("A value without control characters.", "shop-eu").Limit(0, LabelRules.MaxValueLength),
            LabelRules.MaxPairs
        );
        metadata["propertyNames"] = Schema.Name("A name.", LabelRules.MaxNameLength, "source");
        return metadata;
    }

    private static JsonObject Channels() =>
        Schema.List(
            "The channels to use. By default every channel for which there is an address.",
            KnownNames.Channel("A channel that a provider of the host serves."),
            min: 1
        );

    private static JsonObject Fallback(SchemaSet schemas) =>
        Schema.List(
            "Channels to use, one after the other, while no receipt arrives.",
            schemas.Refer("FallbackStep", () =>
                Schema.Object(
                    "A step of a fallback.",
                    ["channel", "after"],
                    ("channel", KnownNames.Channel("The channel, which no other step uses.")),
                    (
                        "after",
                        Schema.Duration(
                            "How long to wait for a receipt, from 1 second to 7 days; 0 to use the channel with the one before."
                        )
                    ),
                    ("unless", Condition())
                )
            ),
            1,
            FallbackRules.MaxSteps
        );

    public static JsonObject Condition() =>
        Schema.Choice(
            "The receipt that cancels the step. Each includes the ones after it. The default is delivered.",
            FallbackReader.Conditions.Keys
        );

    public static JsonObject CreateThrottle() =>
        Schema.Object(
            "How many notifications of the category a recipient gets. Further ones are dropped.",
            ["max", "per"],
            ("max", Schema.Whole("The maximum number.", 1, Throttle.MaxCount)),
            ("per", Schema.Duration("The period, from 1 second to 31 days."))
        );

    public static JsonObject CreateDigest() =>
        Schema
            .Object(
                "Collects the events of a recipient into one notification. Only with a template, and without times.",
                [],
                ("window", Schema.Duration("How long to collect, from 1 second to 31 days.").NotNull()),
                ("cron", Schema.Formatted("cron", "When to send what was collected.", "0 8 * * 1-5", "0 9 * * *").NotNull()),
                ("key", Schema.Name("Keeps the events of one key apart from others.", Digest.MaxKeyLength, "order-7"))
            )
            .RequireOne("window", "cron");

    private static JsonObject TrackingFlag() =>
        Schema.Flag(
            "Whether opens and clicks in the HTML of email may be tracked. Without it, the template and the tenant decide."
        );

    private static JsonObject LocalTime() =>
        Schema.Formatted(
            "date-time-local",
            "When to send, on the recipient's clock: a time without an offset.",
            "2031-05-28T09:30:00"
        );
}
