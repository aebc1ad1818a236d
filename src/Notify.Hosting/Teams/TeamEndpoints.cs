using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Core.Keys;
using Notify.Core.Validation;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Teams;

/// <summary><c>/v1/team</c>: shows and replaces the recipients that team keys of the tenant may send to.</summary>
internal static class TeamEndpoints
{
    public static void MapTeam(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/team", ShowAsync).Describe(TeamOperations.Get);
        group.MapPut("/v1/team", SaveAsync).Describe(TeamOperations.Save).Audit("team saved");
        group.MapOtherMethods("/v1/team", "GET, HEAD, PUT");
    }

    private static async Task<IResult> ShowAsync(HttpContext context, ITeams teams)
    {
        var team = await teams.FindAsync(RequestValues.GetTenant(context.Request), context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(new TeamView(team.Users, team.Addresses), TeamsJson.Default.TeamView);
    }

    private static Task<IResult> SaveAsync(HttpContext context, ITeams teams) => RequestBody.ReadJsonAsync(context, async body =>
        {
            var team = new Team();
            foreach (var field in body.Members())
            {
                if (field.Name == "users")
                    team = team with { Users = ReadTexts(field) };
                else if (field.Name == "addresses")
                    team = team with { Addresses = ReadTexts(field) };
                else
                    field.Unknown("users", "addresses");
            }

            body.Errors.Add(teams.Validate(team));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            await teams.SaveAsync(RequestValues.GetTenant(context.Request), team, context.RequestAborted).ConfigureAwait(false);
            return TypedResults.NoContent();
        });

    // An item that is not a string has an error already, and validation skips its field.
    private static string[] ReadTexts(JsonField field) => [.. field.Items().Select(item => item.Text() ?? "")];
}

/// <summary>Describes the endpoints of the team.</summary>
internal static class TeamOperations
{
    private const string Tag = "api keys";
    private const string Example = """{ "users": ["ada"], "addresses": ["grace@example.org", "+46701234567"] }""";

    public static ApiOperation Get { get; } =
        new("getTeam", Tag, "Shows the recipients that team keys may send to.")
        {
            Scope = ApiScope.Admin,
            Responses = [ApiResponse.Ok(() => TeamsJson.Default.TeamView, "The team.", Example)],
        };

    public static ApiOperation Save { get; } =
        new("saveTeam", Tag, "Replaces the recipients that team keys may send to.")
        {
            Scope = ApiScope.Admin,
            Body = Refer,
            BodyExample = Example,
            Responses = [ApiResponse.NoContent("The team is saved.")],
        };

    private static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("TeamDraft", () =>
            Schema.Object(
                "The recipients that team keys may send to.",
                [],
                (
                    "users",
                    Schema.List(
                        "Users, who may get messages at all of their addresses.",
                        Schema.Name("The id of a user.", Names.MaxLength, "ada"),
                        null,
                        TeamDirectory.MaxMembers
                    )
                ),
                (
                    "addresses",
                    Schema.List(
                        "Email addresses, phone numbers and other addresses.",
                        Schema.Name("An address.", TeamDirectory.MaxAddressLength, "grace@example.org"),
                        null,
                        TeamDirectory.MaxMembers
                    )
                )
            )
        );
}

/// <summary>The team of a tenant, as the API shows it.</summary>
internal sealed record TeamView(IReadOnlyList<string> Users, IReadOnlyList<string> Addresses);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TeamView))]
internal sealed partial class TeamsJson : JsonSerializerContext;
