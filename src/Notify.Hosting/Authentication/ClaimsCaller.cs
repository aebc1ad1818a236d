using System.Security.Claims;
using Microsoft.AspNetCore.Http;
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

        var (scopes, roles) = (ReadTexts(user, options.ScopeClaim), ReadTexts(user, options.RoleClaim));
        if (scopes.Length + roles.Length == 0)
        {
            if (options.UseMembers)
                return await MemberCaller.FindAsync(context, options).ConfigureAwait(false);
            // Without its own authorization on the endpoints, an application may authenticate people for other purposes.
            if (!isAuthorized)
                return default;
        }

        var granted = ScopeNames.Parse(scopes) | RoleNames.Parse(roles);
        var tenant = user.FindFirstValue(options.TenantClaim) ?? Trigger.DefaultTenant;
        return (Create(user, tenant, scopes.Length + roles.Length == 0 ? options.ScopesWithoutClaim : granted), null);
    }

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

    // A token has one claim with all texts, separated by spaces (RFC 8693, section 4.2), or one claim for each.
    private static string[] ReadTexts(ClaimsPrincipal user, string claim) =>
        [.. user.FindAll(claim).SelectMany(found => found.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}
