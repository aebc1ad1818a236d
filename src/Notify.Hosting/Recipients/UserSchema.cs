using System.Text.Json.Nodes;
using Notify.Core.Recipients;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary>The schema of what <see cref="UserReader"/> reads.</summary>
internal static class UserSchema
{
    public const string Example = """
        {
          "addresses": { "email": "ada@example.org", "phone": "+46701234567" },
          "locale": "sv-SE",
          "timeZone": "Europe/Stockholm",
          "quietHours": { "from": "22:00", "to": "07:00" },
          "properties": { "name": "Ada" }
        }
        """;

    public static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("UserProfile", () => Create(schemas.Refer("QuietHoursChange", CreateQuietHours)));

    /// <summary>Refers to the schema of a JSON merge patch of a user.</summary>
    public static JsonObject ReferPatch(SchemaSet schemas) => schemas.Refer("UserPatch", () =>
        {
            var patch = Create(schemas.Refer("QuietHoursPatch", CreateQuietHoursPatch));
            patch["description"] =
                "A JSON merge patch (RFC 7396): null removes a member, objects are merged, and members that are left out stay.";
            return patch;
        });

    private static JsonObject Create(JsonObject quietHours)
    {
        var addresses = Schema.Map(
            "The addresses by the name of the channel, and phone for SMS. Devices hold the push tokens.",
            Schema.Formatted("address", "The address.", "ada@example.org"),
            RecipientDirectory.MaxAddresses
        );
        addresses["examples"] = new JsonArray(
            new JsonObject { ["email"] = "ada@example.org" },
            new JsonObject { ["phone"] = "+46701234567", ["webhook"] = "https://example.org/hook" }
        );
        return Schema.Object(
            "The profile of a user. Preferences are a resource of their own.",
            [],
            ("addresses", addresses),
            ("locale", Schema.Locale("The language of the user.")),
            ("timeZone", Schema.TimeZone("The time zone of the user.")),
            ("quietHours", quietHours),
            ("properties", Schema.AnyObject("What templates show of the user, at most 16 KiB and 32 levels.")),
            ("id", Schema.Formatted("same", "The id in the path. GET shows it.")),
            ("tenant", Schema.Formatted("same", $"The tenant in {RequestValues.TenantHeader}. GET shows it."))
        );
    }

    private static JsonObject CreateQuietHours() =>
        Schema.Object(
            "When the user gets no notifications, except of mandatory categories. The two times differ.",
            ["from", "to"],
            ("from", TimeOfDay("The beginning, in the time zone of the user.", "22:00", "23:30:00")),
            ("to", TimeOfDay("The end, in the time zone of the user.", "07:00", "06:15:00"))
        );

    private static JsonObject CreateQuietHoursPatch()
    {
        var patch = CreateQuietHours();
        patch.Remove("required");
        patch["description"] = "What to change of the quiet hours. The result has both times.";
        return patch;
    }

    private static JsonObject TimeOfDay(string description, params ReadOnlySpan<string> examples) =>
        Schema.Text(description, examples).Match(@"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$");
}
