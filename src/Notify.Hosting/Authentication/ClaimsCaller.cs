using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Authentication;

/// <summary>Creates the caller of a call that the application authenticated, such as with a token or a cookie.</summary>
internal static class ClaimsCaller
{
    /// <summary>Finds the caller; null if the application did not authenticate the call, or not for this API.</summary>
    public static Caller? Find(HttpContext context, NotificationsApiOptions options, bool isAuthorized)
    {
        if (context.User.Identity is not { IsAuthenticated: true } && !isAuthorized)
            return null;

        var user = context.User;
        // A token has one claim with all scopes, separated by spaces (RFC 8693, section 4.2), or one claim for each.
        string[] names =
        [
            .. user.FindAll(options.ScopeClaim)
                .SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        ];
        // Without its own authorization on the endpoints, an application may authenticate people for other purposes.
        if (names.Length == 0 && !isAuthorized)
            return null;

        return new Caller
        {
            Tenant = user.FindFirstValue(options.TenantClaim) ?? Trigger.DefaultTenant,
            Id = FindSubject(user) ?? "authorized",
            Name = user.Identity?.Name ?? FindSubject(user) ?? "authorized",
            Scopes = names.Length == 0 ? options.ScopesWithoutClaim : ScopeNames.Parse(names),
            ActorKind = AuditActorKind.User,
        };
    }

    private static string? FindSubject(ClaimsPrincipal user) =>
        user.FindFirstValue("sub") ?? user.FindFirstValue(ClaimTypes.NameIdentifier);
}
