using System.Text.Json.Nodes;
using Notify.Core.Validation;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Recipients;

/// <summary>The schema of the device that <see cref="DeviceEndpoints"/> reads.</summary>
internal static class DeviceSchema
{
    public static JsonObject Refer(SchemaSet schemas) => schemas.Refer("DeviceRegistration", Create);

    private static JsonObject Create()
    {
        var schema = Schema.Object(
            "A device to register. It needs platform and token, unless it is registered already.",
            [],
            ("platform", KnownNames.Platform("The platform.").NotNull()),
            (
                "token",
                Schema
                    .Formatted("address", "The push token.", "fcm-token-of-the-phone")
                    .Limit(0, AddressFormat.MaxLength)
                    .NotNull()
            ),
            ("app", Schema.Name("The app, for providers with several apps.", Names.MaxLength, "shop")),
            ("locale", Schema.Locale("The language of the app.")),
            ("timeZone", Schema.TimeZone("The time zone of the device.")),
            ("id", Ignored()),
            ("registeredAt", Ignored()),
            ("lastSeenAt", Ignored()),
            ("prunedAt", Ignored()),
            ("pruneReason", Ignored())
        );
        schema["dependentRequired"] = new JsonObject { ["token"] = Schema.ToArray("platform") };
        return schema;
    }

    private static JsonObject Ignored() => new() { ["description"] = "GET shows it. It is ignored here.", ["readOnly"] = true };
}
