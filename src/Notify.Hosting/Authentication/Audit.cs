using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Authentication;

/// <summary>Endpoint metadata that names the action for the audit log.</summary>
/// <param name="Action">The action of a successful call, such as <c>user deleted</c>.</param>
/// <param name="IsDone">
/// Returns whether the value of an answer means that the action was performed. Null if every successful call performs it.
/// </param>
internal sealed record Audited(string Action, Func<object?, bool>? IsDone = null);

/// <summary>
/// Logs audited calls with the action, the tenant, the ID of the caller's key and the client's address. User ids and content are
/// never logged.
/// </summary>
internal sealed class AuditFilter(ILogger logger) : IEndpointFilter
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
            var key = Caller.Find(http)?.Id ?? "";
            Log.Audited(logger, audited.Action, RequestValues.GetTenant(http.Request), key, FailedCalls.GetClient(http));
        }

        return result;
    }
}

internal static class AuditExtensions
{
    /// <summary>Logs an audit line for each successful call of an endpoint.</summary>
    public static RouteHandlerBuilder Audit(
        this RouteHandlerBuilder endpoint,
        string action,
        Func<object?, bool>? isDone = null
    ) => endpoint.WithMetadata(new Audited(action, isDone));
}
