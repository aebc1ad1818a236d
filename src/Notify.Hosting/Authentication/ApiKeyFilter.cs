using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Authentication;

/// <summary>Lets a call pass with an API key; where none is set, a local one or one that the application authorizes.</summary>
internal sealed class ApiKeyFilter(ApiKeys keys, int? managementPort, FailedCalls failures, ILogger logger) : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        // The port that was connected to, and not the one that a Host header claims.
        if (http.Connection.LocalPort == managementPort)
            return ManagementEndpoint.Is(http.GetEndpoint()!) ? next(context) : new(Problem.UnknownPath());
        if (keys.None)
            return IsOpen(http) ? next(context) : new(RefuseForeign(http));
        if (failures.Wait(http) is { } wait)
            return new(Problem.TooManyFailures(http.Response, wait));
        return keys.Find(http.Request.Headers.Authorization) is not null ? next(context) : new(Unauthorized(http));
    }

    /// <summary>Whether the application asks for authorization of its own before one of its endpoints is reached.</summary>
    public static bool HasOwnAuthorization(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;

    private static bool IsOpen(HttpContext context) =>
        LoopbackAddress.IsLocal(context) || HasOwnAuthorization(context.GetEndpoint()!);

    private IResult RefuseForeign(HttpContext context)
    {
        Log.RefusedForeign(logger, context.Request.Method, FailedCalls.ClientOf(context));
        return Problem.NotLocal();
    }

    private IResult Unauthorized(HttpContext context)
    {
        // A browser asks once without a key before it shows its dialog. Only a key that is wrong counts as a failure.
        if (context.Request.Headers.Authorization.Count > 0)
        {
            Log.RefusedKey(logger, context.Request.Method, FailedCalls.ClientOf(context));
            if (failures.Add(context))
                Log.RefusedClient(logger, FailedCalls.Max, FailedCalls.ClientOf(context));
        }

        context.Response.Headers.WWWAuthenticate = new(["Bearer realm=\"Notify\"", "Basic realm=\"Notify\", charset=\"UTF-8\""]);
        return Problem.Unauthorized();
    }
}
