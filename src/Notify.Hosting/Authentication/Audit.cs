using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Authentication;

/// <summary>Names the action of an endpoint whose calls leave an audit line. Metadata of the endpoint.</summary>
/// <param name="Action">What a successful call did, such as <c>user deleted</c>.</param>
/// <param name="IsDone">Whether the answer's value means that it was done; null when every successful call did it.</param>
internal sealed record Audited(string Action, Func<object?, bool>? IsDone = null);

/// <summary>
/// Logs who did what to which tenant: the key by its number, the client's address, the tenant and the action. Ids of users and
/// content stay out.
/// </summary>
internal sealed class AuditFilter(ApiKeys keys, ILogger logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var result = await next(context).ConfigureAwait(false);
        if (
            http.GetEndpoint()!.Metadata.GetMetadata<Audited>() is { } audited
            && result is IStatusCodeHttpResult { StatusCode: null or < StatusCodes.Status400BadRequest }
            && (audited.IsDone?.Invoke((result as IValueHttpResult)?.Value) ?? true)
        )
        {
            var key = keys.Find(http.Request.Headers.Authorization) ?? 0;
            Log.Audited(logger, audited.Action, RequestValues.TenantOf(http.Request), key, FailedCalls.ClientOf(http));
        }

        return result;
    }
}

internal static class AuditExtensions
{
    /// <summary>Leaves an audit line for each call that succeeds.</summary>
    public static RouteHandlerBuilder Audit(
        this RouteHandlerBuilder endpoint,
        string action,
        Func<object?, bool>? isDone = null
    ) => endpoint.WithMetadata(new Audited(action, isDone));
}
