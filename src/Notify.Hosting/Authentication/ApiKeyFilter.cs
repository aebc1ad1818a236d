using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Authentication;

/// <summary>Lets a call pass with an API key; where none is set, a local one or one that the application authorizes.</summary>
internal sealed class ApiKeyFilter(ApiKeys keys, int? managementPort) : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        // The port that was connected to, and not the one that a Host header claims.
        if (http.Connection.LocalPort == managementPort)
            return ManagementEndpoint.Is(http.GetEndpoint()!) ? next(context) : new(Problem.UnknownPath());
        if (keys.None)
            return IsOpen(http) ? next(context) : new(Problem.NotLocal());
        return keys.Accept(http.Request.Headers.Authorization) ? next(context) : new(Unauthorized(http));
    }

    /// <summary>Whether the application asks for authorization of its own before one of its endpoints is reached.</summary>
    public static bool HasOwnAuthorization(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;

    private static bool IsOpen(HttpContext context) =>
        LoopbackAddress.IsLocal(context) || HasOwnAuthorization(context.GetEndpoint()!);

    private static IResult Unauthorized(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = new(["Bearer realm=\"Notify\"", "Basic realm=\"Notify\", charset=\"UTF-8\""]);
        return Problem.Unauthorized();
    }
}
