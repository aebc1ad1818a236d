using System.Numerics;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Authentication;

/// <summary>
/// Accepts calls with an API key. If no key is configured, accepts calls that are local or that the application authorizes.
/// </summary>
internal sealed class ApiKeyFilter(ApiKeys keys, int? managementPort, FailedCalls failures, ILogger logger) : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        // Compares the port of the connection, because the Host header can claim any port.
        if (http.Connection.LocalPort == managementPort)
            return ManagementEndpoint.Is(http.GetEndpoint()!) ? next(context) : new(Problem.UnknownPath());
        if (keys.None)
            return FindRefusal(http) is { } refusal ? new(refusal) : next(context);
        // An orchestrator would restart a healthy process if other clients behind its address used up the failures.
        if (failures.Wait(http) is { } time && !ManagementEndpoint.Is(http.GetEndpoint()!))
            return new(Problem.TooManyFailures(http.Response, time));
        return keys.Find(http.Request.Headers.Authorization) is not null ? next(context) : new(Unauthorized(http));
    }

    /// <summary>Returns whether the application itself requires authorization for an endpoint.</summary>
    public static bool HasOwnAuthorization(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;

    // Without a key, anyone who can reach the API may use it, and so could a web page in the developer's browser.
    private IResult? FindRefusal(HttpContext context)
    {
        if (HasOwnAuthorization(context.GetEndpoint()!))
            return null;

        if (!LoopbackAddress.IsLocal(context))
        {
            Log.RefusedForeign(logger, context.Request.Method, FailedCalls.GetClient(context));
            return Problem.NotLocal();
        }

        if (CrossOriginCall.Matches(context.Request))
        {
            Log.RefusedCrossOrigin(logger, context.Request.Method);
            return Problem.CrossOrigin();
        }

        return null;
    }

    private IResult Unauthorized(HttpContext context)
    {
        // A browser sends a request without a key before it shows its dialog, so only an invalid key counts as a failure.
        if (context.Request.Headers.Authorization.Count > 0)
            Record(failures.Add(context), context);
        context.Response.Headers.WWWAuthenticate = new(["Bearer realm=\"Notify\"", "Basic realm=\"Notify\", charset=\"UTF-8\""]);
        return Problem.Unauthorized();
    }

    // A client that is refused elsewhere can still guess keys at the health endpoints. Its failures are logged in steps that
    // double, so that it can neither guess unseen nor flood the log.
    private void Record(int count, HttpContext context)
    {
        var client = FailedCalls.GetClient(context);
        if (count <= FailedCalls.Max)
            Log.RefusedKey(logger, context.Request.Method, client);
        if (count % FailedCalls.Max == 0 && BitOperations.IsPow2(count / FailedCalls.Max))
            Log.RefusedClient(logger, count, client);
    }
}
