using System.Numerics;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Core.Keys;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Authentication;

/// <summary>
/// Accepts calls with an API key, and calls that the application authenticates. If no key is configured or required, also accepts
/// local calls. Then checks the scope and the tenant of the caller.
/// </summary>
internal sealed class ApiKeyFilter(
    ConfiguredKeys configured,
    NotificationsApiOptions options,
    FailedCalls failures,
    ILogger logger
) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var isManagement = ManagementEndpoint.Is(http.GetEndpoint()!);
        // Compares the port of the connection, because the Host header can claim any port.
        if (http.Connection.LocalPort == options.ManagementPort)
            return isManagement ? await next(context).ConfigureAwait(false) : Problem.UnknownPath();
        // An orchestrator would restart a healthy process if other clients behind its address used up the failures.
        if (!isManagement && failures.Wait(http) is { } time)
            return Problem.TooManyFailures(http.Response, time);

        var (caller, refusal) = await AuthenticateAsync(http).ConfigureAwait(false);
        return refusal ?? CallerRules.Authorize(http, caller!) ?? await next(context).ConfigureAwait(false);
    }

    /// <summary>Returns whether the application itself requires authorization for an endpoint.</summary>
    public static bool HasOwnAuthorization(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;

    private async ValueTask<(Caller? Caller, IResult? Refusal)> AuthenticateAsync(HttpContext http)
    {
        if (PresentedKey.Read(http.Request) is { } key)
        {
            if (configured.Find(key) is { } number)
                return (Caller.FromConfigured(number), null);

            // Not resolved earlier, because that would open the store before the application starts.
            var verified = await http
                .RequestServices.GetRequiredService<ApiKeyVerifier>()
                .VerifyAsync(key, options.KeyCacheDuration, http.RequestAborted)
                .ConfigureAwait(false);
            if (verified.Key is not null)
                return (Caller.From(verified.Key), null);
            if (verified.IsBusy)
                return (null, Problem.TooBusy(http.Response));
        }

        var isAuthorized = HasOwnAuthorization(http.GetEndpoint()!);
        var authenticated = await ClaimsCaller.FindAsync(http, options, isAuthorized).ConfigureAwait(false);
        if (authenticated is not (null, null))
            return authenticated;
        if (!configured.None || options.RequireKey || PresentedKey.IsOurs(http.Request))
            return (null, Unauthorized(http));
        return FindRefusal(http) is { } refusal ? (null, refusal) : (Caller.Local, null);
    }

    // Without a key, anyone who can reach the API may use it, and so could a web page in the developer's browser.
    private IResult? FindRefusal(HttpContext context)
    {
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
