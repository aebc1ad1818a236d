using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Clients;
using Notify.Hosting.Members;

namespace Notify.Hosting.Authentication;

/// <summary>Creates the caller of a call that the application authenticated, such as with a token or a cookie.</summary>
internal static class ClaimsCaller
{
    /// <summary>
    /// Finds the caller, or the response to a call that is not allowed; neither if the application did not authenticate the call,
    /// or not for this API.
    /// </summary>
    public static async ValueTask<(Caller? Caller, IResult? Refusal)> FindAsync(
        HttpContext context,
        NotificationsApiOptions options,
        bool isAuthorized
    )
    {
        var user = context.User;
        if (user.Identity is not { IsAuthenticated: true } && !isAuthorized)
            return default;

        if (user.FindFirstValue(ClientCaller.Client) is { } client)
            return await ClientCaller.FindAsync(context, client, options).ConfigureAwait(false);

        if (!HasRights(user, options))
        {
            if (options.UseMembers)
                return await MemberCaller.FindAsync(context, options).ConfigureAwait(false);
            // Without its own authorization on the endpoints, an application may authenticate people for other purposes.
            if (!isAuthorized)
                return default;
            return (CreateForClaims(user, options.ScopesWithoutClaim, options), null);
        }

        var granted = ScopeNames.Parse(ReadTexts(user, options.ScopeClaim)) | RoleNames.Parse(ReadTexts(user, options.RoleClaim));
        return (CreateForClaims(user, granted, options), null);
    }

    /// <summary>Determines whether the claims contain scopes or roles, which then decide instead of the members.</summary>
    public static bool HasRights(ClaimsPrincipal user, NotificationsApiOptions options) =>
        ReadTexts(user, options.ScopeClaim).Length + ReadTexts(user, options.RoleClaim).Length > 0;

    public static Caller Create(ClaimsPrincipal user, string tenant, ApiScope scopes) =>
        new()
        {
            Tenant = tenant,
            Id = FindSubject(user) ?? "authorized",
            Name = user.Identity?.Name ?? FindSubject(user) ?? "authorized",
            Scopes = scopes,
            ActorKind = AuditActorKind.User,
        };

    public static string? FindSubject(ClaimsPrincipal user) =>
        user.FindFirstValue("sub") ?? user.FindFirstValue(ClaimTypes.NameIdentifier);

    /// <summary>Reads the texts of a claim.</summary>
    // A token has one claim with all texts, separated by spaces (RFC 8693, section 4.2), or one claim for each.
    public static string[] ReadTexts(ClaimsPrincipal user, string claim) =>
        [.. user.FindAll(claim).SelectMany(found => found.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private static Caller CreateForClaims(ClaimsPrincipal user, ApiScope scopes, NotificationsApiOptions options) =>
        Create(user, user.FindFirstValue(options.TenantClaim) ?? Trigger.DefaultTenant, scopes);
}
