using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Authentication;

namespace Notify.Hosting;

/// <summary>
/// The caller of an endpoint, for endpoints that the application adds to the group that
/// <see cref="Microsoft.AspNetCore.Builder.NotificationsEndpointRouteBuilderExtensions.MapNotifications"/> returns.
/// </summary>
public sealed record ApiCaller
{
    /// <summary>Creates the value.</summary>
    /// <param name="tenant">The tenant for which the caller acts.</param>
    /// <param name="scopes">The scopes of the caller.</param>
    /// <param name="kind">The kind of the caller's key.</param>
    [SetsRequiredMembers]
    public ApiCaller(string tenant, ApiScope scopes, ApiKeyKind kind) => (Tenant, Scopes, Kind) = (tenant, scopes, kind);

    /// <summary>Gets the tenant for which the caller acts. Everything that the call shows or changes must belong to it.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the scopes of the caller.</summary>
    public required ApiScope Scopes { get; init; }

    /// <summary>
    /// Gets the kind of the caller's key, which decides where its notifications go; see <see cref="Trigger.Kind"/>.
    /// </summary>
    public required ApiKeyKind Kind { get; init; }

    /// <summary>Finds the caller of a call.</summary>
    /// <param name="context">The call.</param>
    /// <returns>The caller; null for an endpoint outside the group, which needs no key.</returns>
    public static ApiCaller? Find(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Caller.Find(context) is { } caller ? new ApiCaller(caller.Tenant, caller.Scopes, caller.Kind) : null;
    }
}
