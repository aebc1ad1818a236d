using System.Text.Json.Nodes;
using Notify.Core.Recipients;
using Notify.Core.Validation;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Recipients;

/// <summary>The schema of the users that <see cref="SubscriberEndpoints"/> reads.</summary>
internal static class SubscribersSchema
{
    public static JsonObject ReferRemoval(SchemaSet schemas) =>
        schemas.Refer("SubscribersRemoval", () =>
            Schema.Object(
                "Users to unsubscribe. Those who are not subscribed are ignored.",
                ["users"],
                ("users", Schema.List("The ids of the users.", Schema.Text("The id of a user.", "ada")))
            )
        );

    public static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("Subscription", () =>
            Schema.Object(
                "Users to subscribe.",
                ["users"],
                (
                    "users",
                    Schema.List(
                        "The ids of the users.",
                        Schema.Name("The id of a user.", Names.MaxLength, "ada"),
                        1,
                        RecipientDirectory.MaxSubscribersAtOnce
                    )
                )
            )
        );
}
