using System.Text.Json.Nodes;
using Notify.Core.EventSubscriptions;
using Notify.Core.Validation;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.EventSubscriptions;

/// <summary>The schema of what <see cref="EventSubscriptionReader"/> reads.</summary>
internal static class EventSubscriptionSchema
{
    public static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("EventSubscriptionDraft", () =>
            Schema.Object(
                "An endpoint, and the events that it receives.",
                ["url", "types"],
                ("url", Schema.Formatted("uri", "The URL that events are posted to.", "https://example.org/events")),
                (
                    "types",
                    Schema.List(
                        "The types of the events, each once.",
                        Schema.Choice("A type, or all types of a group.", EventSubscriptionRules.Types),
                        1,
                        EventSubscriptionRules.Types.Count
                    )
                ),
                ("description", Schema.Name("A description, which only people read.", Names.MaxLength, "order service")),
                ("enabled", Schema.Flag("Whether the endpoint receives events. The default is true.")),
                ("provider", Schema.Formatted("provider", "The webhook provider. Required if the host has several."))
            )
        );
}
