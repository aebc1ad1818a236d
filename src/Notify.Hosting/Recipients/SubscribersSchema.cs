using System.Text.Json.Nodes;
using Notify.Core.Recipients;
using Notify.Core.Validation;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Recipients;

/// <summary>The schema of the users that <see cref="SubscriberEndpoints"/> reads.</summary>
internal static class SubscribersSchema
{
    public static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("SubscribersChange", () =>
            Schema.Object(
                "Users to subscribe or unsubscribe.",
                ["users"],
                (
                    "users",
                    Schema.List(
                        "The ids of the users.",
                        Schema.Name("The id of a user.", Names.MaxLength, "ada"),
                        max: RecipientDirectory.MaxSubscribersAtOnce
                    )
                )
            )
        );
}
