using Microsoft.AspNetCore.Http;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Members;

/// <summary>Describes the endpoints of members.</summary>
internal static class MemberOperations
{
    private const string Tag = "members";

    private const string Example = """
        {
          "id": "ada@example.org",
          "role": "manager",
          "name": "Ada Lovelace",
          "addedAt": "2031-05-28T09:30:00Z",
          "changedAt": "2031-05-28T09:30:00Z"
        }
        """;

    public static ApiOperation List { get; } =
        new("listMembers", Tag, "Lists members, ordered by ID.")
        {
            Scope = ApiScope.Admin,
            Parameters = ApiParameters.NamedPage,
            Responses = [ApiResponse.Ok(() => MembersJson.Default.MembersView, "A page of members.")],
        };

    public static ApiOperation Get { get; } =
        new("getMember", Tag, "Shows a member.")
        {
            Scope = ApiScope.Admin,
            Parameters = ApiParameters.KnownVersion,
            Problems = [ProblemCodes.NotFound],
            Responses =
            [
                ApiResponse.Ok(() => MembersJson.Default.MemberView, "The member.", Example) with
                {
                    Headers = ApiParameters.Version,
                },
                new ApiResponse(StatusCodes.Status304NotModified, "The caller has this version."),
            ],
        };

    public static ApiOperation Save { get; } =
        new("saveMember", Tag, "Adds a member, or changes the role or the name of a member.")
        {
            Description =
                "The id is the subject of the person at the identity provider, or the person's email address, which counts only "
                + "if the identity provider has verified it. The last admin of a tenant keeps the role.",
            Scope = ApiScope.Admin,
            Body = MemberSchema.Refer,
            BodyExample = """{ "role": "manager", "name": "Ada Lovelace" }""",
            Parameters = ApiParameters.Preconditions,
            Problems = [ProblemCodes.PreconditionFailed],
            Responses =
            [
                ApiResponse.Ok(() => MembersJson.Default.MemberView, "The member.", Example) with
                {
                    Headers = ApiParameters.Version,
                },
                new ApiResponse(StatusCodes.Status201Created, "The member is added.")
                {
                    Json = () => MembersJson.Default.MemberView,
                    Headers = ApiParameters.Version,
                },
            ],
        };

    public static ApiOperation Remove { get; } =
        new("removeMember", Tag, "Removes a member.")
        {
            Description =
                "Other processes refuse the person within NotificationsApiOptions.KeyCacheDuration, which is 5 seconds by "
                + "default. The last admin of a tenant cannot be removed.",
            Scope = ApiScope.Admin,
            Parameters = ApiParameters.Preconditions,
            Problems = [ProblemCodes.NotFound, ProblemCodes.PreconditionFailed],
            Responses = [ApiResponse.NoContent("The member is removed.")],
        };
}
