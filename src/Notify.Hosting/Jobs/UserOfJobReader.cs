using System.Text.Json.Nodes;
using Notify.Core.Validation;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary>Reads the body that starts a job about one user.</summary>
internal static class UserOfJobReader
{
    public const string Example = """{ "userId": "ada" }""";

    public static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("UserOfJob", () =>
            Schema.Object(
                "The user whom the job is about.",
                ["userId"],
                ("userId", Schema.Name("The id of the user.", Names.MaxLength, "ada").NotNull())
            )
        );

    public static string Read(JsonField body)
    {
        string? userId = null;
        var isGiven = false;
        foreach (var field in body.Members())
        {
            if (field.Name == "userId")
                (userId, isGiven) = (field.Text(), true);
            else
                field.Unknown("userId");
        }

        if (body.IsObject && !isGiven)
            body.Missing("userId", "Send the id of the user.");
        if (userId is not null && Names.FindError("userId", userId) is { } error)
            body.Errors.Add([error]);
        return userId ?? "";
    }
}
