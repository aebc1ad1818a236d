using Microsoft.AspNetCore.Http;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Authentication;

/// <summary>Checks what a caller may do, for all endpoints in one place.</summary>
internal static class CallerRules
{
    /// <summary>
    /// Checks the scope and the tenant, and sets the caller. Returns the response to a call that is not allowed.
    /// </summary>
    public static IResult? Authorize(HttpContext context, Caller caller)
    {
        if (GetScope(context.GetEndpoint()!) is var scope && !caller.Has(scope))
            return Problem.ScopeMissing(scope, caller.Scopes);

        var tenant = RequestValues.Header(context.Request, RequestValues.TenantHeader) ?? caller.Tenant;
        if (tenant != caller.Tenant && !caller.Has(ApiScope.Platform))
            return Problem.TenantNotAllowed();

        if (caller.Kind != ApiKeyKind.Live && context.GetEndpoint()!.Metadata.GetMetadata<ApiOperation>() is { IsOnlyLive: true })
            return Problem.KindNotAllowed();

        caller.Set(context, tenant);
        return null;
    }

    /// <summary>
    /// Gets the scope of an endpoint. An endpoint of the application that does not state one might show the data of all tenants.
    /// </summary>
    public static ApiScope GetScope(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<RequiredScope>()?.Scope
        ?? endpoint.Metadata.GetMetadata<ApiOperation>()?.Scope
        ?? ApiScope.Platform;
}

/// <summary>Endpoint metadata with the scope of an endpoint that has no description.</summary>
internal sealed record RequiredScope(ApiScope Scope)
{
    /// <summary>Gets the metadata of endpoints that every key may call, because they show nothing.</summary>
    public static RequiredScope None { get; } = new(ApiScope.None);
}
