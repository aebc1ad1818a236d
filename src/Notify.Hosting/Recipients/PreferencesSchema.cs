using System.Text.Json.Nodes;
using Notify.Core.Recipients;
using Notify.Core.Validation;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Recipients;

/// <summary>The schema of what <see cref="PreferencesReader"/> reads.</summary>
internal static class PreferencesSchema
{
    public static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("PreferencesChange", () =>
            Schema.Object(
                "Preferences to change. Those that are not in the list stay.",
                ["items"],
                (
                    "items",
                    Schema.List(
                        "The preferences to change.",
                        schemas.Refer("PreferenceChange", CreateChange),
                        max: RecipientDirectory.MaxPreferences
                    )
                ),
                ("source", KnownNames.PreferenceSource("What changes the preferences. The default is api."))
            )
        );

    private static JsonObject CreateChange()
    {
        var status = Schema.Choice("Null removes the preference.", PreferencesReader.Statuses.Keys);
        status["type"] = Schema.ToArray("string", "null");
        ((JsonArray)status["enum"]!).Add((JsonNode?)null);
        return Schema.Object(
            "A preference to change.",
            ["status"],
            ("category", Schema.Name("The category. Without one, every category.", Names.MaxLength, "orders")),
            ("channel", KnownNames.Channel("The channel. Without one, every channel.")),
            ("status", status),
            ("source", new JsonObject { ["description"] = "GET shows it. It is ignored here.", ["readOnly"] = true }),
            ("changedAt", new JsonObject { ["description"] = "GET shows it. It is ignored here.", ["readOnly"] = true })
        );
    }
}
