using System.Security.Claims;

namespace Notify.Host.Identity;

/// <summary>Translates the claims of the identity provider to those of Notify. All others are dropped.</summary>
internal static class PersonClaims
{
    private const string Name = "name";
    private const string Role = "notify:role";
    private const string Scope = "notify:scope";
    private const string Tenant = "notify:tenant";

    private static readonly string[] Roles = ["viewer", "sender", "manager", "admin"];

    /// <summary>Creates the person from the claims of a token; null if the token names none.</summary>
    public static ClaimsPrincipal? Create(ClaimsPrincipal token, IdentityProviderOptions options)
    {
        if (token.FindFirstValue("sub") is not { Length: > 0 } subject)
            return null;

        var identity = new ClaimsIdentity(IdentityProviderOptions.Section, Name, Role);
        identity.AddClaim(new Claim("sub", subject));
        if (token.FindFirstValue(options.NameClaim) is { Length: > 0 } name)
            identity.AddClaim(new Claim(Name, name));
        AddEmail(identity, token, options);
        AddRights(identity, token, options);
        return new ClaimsPrincipal(identity);
    }

    private static void AddEmail(ClaimsIdentity identity, ClaimsPrincipal token, IdentityProviderOptions options)
    {
        if (token.FindFirstValue(options.EmailClaim) is not { Length: > 0 } email)
            return;

        var isVerified = options.TrustEmail || IsVerified(token);
        identity.AddClaim(new Claim("email", email));
        identity.AddClaim(new Claim("email_verified", isVerified ? "true" : "false"));
    }

    private static bool IsVerified(ClaimsPrincipal token) =>
        string.Equals(token.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase);

    // Rights without the tenant that they are for are dropped, because they must not apply to another one.
    private static void AddRights(ClaimsIdentity identity, ClaimsPrincipal token, IdentityProviderOptions options)
    {
        if (options.TenantClaim is { } tenantClaim)
        {
            if (token.FindFirstValue(tenantClaim) is not { Length: > 0 } tenant)
                return;
            identity.AddClaim(new Claim(Tenant, tenant));
        }

        identity.AddClaims(
            Read(token, options.ScopeClaim, options.Prefix, ScopeNames.Names).Select(scope => new Claim(Scope, scope))
        );
        identity.AddClaims(Read(token, options.RoleClaim, options.Prefix, Roles).Select(role => new Claim(Role, role)));
    }

    private static IEnumerable<string> Read(ClaimsPrincipal token, string? claim, string prefix, string[] known) =>
        claim is null
            ? []
            : token
                .FindAll(claim)
                .SelectMany(found => found.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(text => text.StartsWith(prefix, StringComparison.Ordinal))
                .Select(text => text[prefix.Length..])
                .Intersect(known, StringComparer.Ordinal);
}
