using System.Text.Json.Nodes;
using Notify.Core.Validation;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Keys;

/// <summary>The schemas of what <see cref="ApiKeyReader"/> reads.</summary>
internal static class ApiKeySchema
{
    public static JsonObject ReferDraft(SchemaSet schemas) =>
        schemas.Refer("ApiKeyDraft", () =>
            Schema.Object(
                "A key to create.",
                ["name", "scopes"],
                ("name", Schema.Name("Who or what uses the key.", Names.MaxLength, "shop backend")),
                (
                    "scopes",
                    Schema.List(
                        "What the key permits. Each scope once. Only a caller with the scope platform can grant platform.",
                        Schema.Choice("A scope.", ScopeNames.All.Keys),
                        1,
                        ScopeNames.All.Count
                    )
                ),
                (
                    "kind",
                    Schema.Choice(
                        "Where notifications go: to their recipients (live, the default), nowhere (test), or only to the team of "
                            + "the tenant (team). A test or team key can have only the scopes send and read.",
                        ApiKeyReader.Kinds.Keys
                    )
                ),
                ("expiresAt", Schema.Time("The time from which the key is refused. Without one, it does not expire."))
            )
        );

    public static JsonObject ReferRotation(SchemaSet schemas) =>
        schemas.Refer("ApiKeyRotation", () =>
            Schema.Object(
                "How to replace the secret of a key.",
                [],
                (
                    "overlap",
                    Schema.Duration(
                        "The time for which the previous secret is accepted, at most 30 days. The default is one day. Use PT0S "
                            + "if it was leaked."
                    )
                )
            )
        );
}
