using System.Text.Json.Nodes;
using Notify.Core.Validation;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Members;

/// <summary>The schema of what <see cref="MemberReader"/> reads.</summary>
internal static class MemberSchema
{
    public static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("MemberDraft", () =>
            Schema.Object(
                "A member to save.",
                ["role"],
                (
                    "role",
                    Schema.Choice(
                        "What the member may do: read (viewer), also send (sender), also change users, templates and workflows "
                            + "(manager), also manage keys and members (admin).",
                        RoleNames.All.Keys
                    )
                ),
                ("name", Schema.Name("The name that people see.", Names.MaxLength, "Ada Lovelace"))
            )
        );
}
