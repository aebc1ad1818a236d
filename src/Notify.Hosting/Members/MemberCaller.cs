using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Core.Members;
using Notify.Hosting.Authentication;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Members;

/// <summary>Creates the caller for a person who is a member of tenants.</summary>
internal static class MemberCaller
{
    /// <summary>
    /// Finds the tenant that the person selects with <c>X-Notify-Tenant</c>, or the only one, and the scopes of the role there.
    /// Returns the response to a call that is not allowed.
    /// </summary>
    public static async ValueTask<(Caller? Caller, IResult? Refusal)> FindAsync(
        HttpContext context,
        NotificationsApiOptions options
    )
    {
        var selected = RequestValues.Header(context.Request, RequestValues.TenantHeader);
        var roles = await FindRolesAsync(context, options, selected).ConfigureAwait(false);
        if (roles.Count == 0)
            return (null, selected is null ? Problem.NotAMember() : Problem.TenantNotAllowed());
        // An operation without a scope shows nothing of any tenant.
        if (roles.Count > 1 && CallerRules.GetScope(context.GetEndpoint()!) != ApiScope.None)
            return (null, Problem.TenantRequired(roles.Keys));

        var (tenant, role) = roles.First();
        return (ClaimsCaller.Create(context.User, tenant, MemberRules.GetScopes(role)), null);
    }

    /// <summary>Finds the tenants in which the person is a member, each with the role there.</summary>
    /// <param name="context">The call.</param>
    /// <param name="options">The options.</param>
    /// <param name="tenant">The tenant that the person selects; null for all.</param>
    public static async ValueTask<IReadOnlyDictionary<string, MemberRole>> FindRolesAsync(
        HttpContext context,
        NotificationsApiOptions options,
        string? tenant
    ) =>
        await context
            .RequestServices.GetRequiredService<Memberships>()
            .FindAsync(ReadIds(context.User), tenant, options.KeyCacheDuration, context.RequestAborted)
            .ConfigureAwait(false);

    // Whoever may enter any address at an identity provider must not become the member who really has it.
    private static string[] ReadIds(ClaimsPrincipal user)
    {
        var subject = ClaimsCaller.FindSubject(user);
        var email = user.FindFirstValue("email") ?? user.FindFirstValue(ClaimTypes.Email);
        var isVerified = string.Equals(user.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase);
        return [.. new[] { subject, isVerified ? email : null }.OfType<string>()];
    }
}
