using System.Text.Json.Nodes;
using Notify.Core.Validation;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Clients;

/// <summary>The schema of what <see cref="ClientReader"/> reads.</summary>
internal static class ClientSchema
{
    public static JsonObject ReferDraft(SchemaSet schemas) =>
        schemas.Refer("ClientDraft", () =>
            Schema.Object(
                "A client to create.",
                ["name", "scopes"],
                ("name", Schema.Name("The program that uses the client.", Names.MaxLength, "order service")),
                (
                    "scopes",
                    Schema.List(
                        "What its tokens may permit. Each scope once. Only a caller with the scope platform can grant platform.",
                        Schema.Choice("A scope.", ScopeNames.All.Keys),
                        1,
                        ScopeNames.All.Count
                    )
                ),
                (
                    "expiresAt",
                    Schema.Time("The time from which the client and its tokens are refused. Without one, it does not expire.")
                )
            )
        );
}
