using Microsoft.AspNetCore.Http;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Recipients;

/// <summary>Describes the endpoints of users and their preferences.</summary>
internal static class UserOperations
{
    private const string Tag = "users";

    private static readonly ApiResponse NotModified = new(StatusCodes.Status304NotModified, "The caller has this version.");

    private static readonly ApiResponse Changed = new(StatusCodes.Status204NoContent, "The user is saved.")
    {
        Headers = ApiParameters.Version,
    };

    private static readonly ApiResponse ChangedWithWarnings = new(
        StatusCodes.Status200OK,
        "The user is saved, and something in it has no effect."
    )
    {
        Json = () => RecipientsJson.Default.WarningsView,
        Headers = ApiParameters.Version,
    };

    public static ApiOperation List { get; } =
        new("listUsers", Tag, "Lists users, ordered by id.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.NamedPage,
            Responses = [ApiResponse.Ok(() => RecipientsJson.Default.UsersView, "A page of users.")],
        };

    public static ApiOperation Get { get; } =
        new("getUser", Tag, "Shows the profile of a user.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.KnownVersion,
            Problems = [ProblemCodes.NotFound],
            Responses =
            [
                ApiResponse.Ok(() => RecipientsJson.Default.User, "The user.") with
                {
                    Headers = ApiParameters.Version,
                },
                NotModified,
            ],
        };

    public static ApiOperation Save { get; } =
        new("saveUser", Tag, "Creates or replaces the profile of a user.")
        {
            Scope = ApiScope.Manage,
            Description = "Preferences and devices stay. What GET returned can be sent back.",
            Body = UserSchema.Refer,
            BodyExample = UserSchema.Example,
            Parameters = ApiParameters.Preconditions,
            Problems = [ProblemCodes.PreconditionFailed],
            Responses =
            [
                ChangedWithWarnings,
                new ApiResponse(StatusCodes.Status201Created, "The user is created.")
                {
                    Json = () => RecipientsJson.Default.WarningsView,
                    Headers = ApiParameters.Version,
                },
                Changed,
            ],
        };

    public static ApiOperation Patch { get; } =
        new("patchUser", Tag, "Changes members of the profile of a user.")
        {
            Scope = ApiScope.Manage,
            Body = UserSchema.ReferPatch,
            BodyExample = """{ "locale": "sv-SE", "addresses": { "email": null } }""",
            Parameters = ApiParameters.Preconditions,
            Problems = [ProblemCodes.NotFound, ProblemCodes.PreconditionFailed],
            Responses = [ChangedWithWarnings, Changed],
        };

    public static ApiOperation Remove { get; } =
        new("deleteUser", Tag, "Removes a user with all devices, preferences and subscriptions.")
        {
            Scope = ApiScope.Manage,
            Parameters = ApiParameters.Preconditions,
            Problems = [ProblemCodes.NotFound, ProblemCodes.PreconditionFailed],
            Responses = [ApiResponse.NoContent("The user is removed.")],
        };

    public static ApiOperation GetPreferences { get; } =
        new("getPreferences", Tag, "Shows the preferences of a user, who need not have a profile.")
        {
            Scope = ApiScope.Read,
            Parameters = ApiParameters.KnownVersion,
            Responses =
            [
                ApiResponse.Ok(() => RecipientsJson.Default.PreferencesView, "The preferences.") with
                {
                    Headers = ApiParameters.Version,
                },
                NotModified,
            ],
        };

    public static ApiOperation ChangePreferences { get; } =
        new("changePreferences", Tag, "Changes preferences of a user, who need not have a profile.")
        {
            Scope = ApiScope.Manage,
            Body = PreferencesSchema.Refer,
            BodyExample = """{ "items": [{ "category": "news", "channel": "email", "status": "optedOut" }] }""",
            Parameters = ApiParameters.Preconditions,
            Problems = [ProblemCodes.PreconditionFailed],
            Responses =
            [
                ApiResponse.Ok(() => RecipientsJson.Default.PreferencesView, "All preferences of the user.") with
                {
                    Headers = ApiParameters.Version,
                },
            ],
        };
}
