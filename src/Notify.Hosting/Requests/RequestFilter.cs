using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Notify.Hosting.Notifications;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Requests;

/// <summary>
/// Refuses on every endpoint what would otherwise be ignored: query parameters that do not exist, and headers of the API that
/// are empty or there twice. A caller who writes <c>?dryRun=true</c> must not send. Keeps every answer out of caches.
/// </summary>
internal sealed class RequestFilter : IEndpointFilter
{
    private static readonly StringValues NoStore = "no-store";

    private static readonly string[] Headers = [RequestValues.TenantHeader, TriggerBody.IdempotencyKeyHeader];

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        // Nearly every answer has personal data, and none is worth keeping in a cache.
        context.HttpContext.Response.Headers.CacheControl = NoStore;
        // Nearly every request has nothing to refuse, and allocates nothing here.
        FieldErrors? errors = null;
        if (request.QueryString.HasValue && context.HttpContext.GetEndpoint()!.Metadata.GetMetadata<QueryUse>() is null)
        {
            foreach (var (name, _) in request.Query)
                (errors ??= new()).Add(name, "This endpoint has no such query parameter.");
        }

        foreach (var name in Headers)
        {
            if (request.Headers.TryGetValue(name, out var values) && (values.Count != 1 || values[0] is not { Length: > 0 }))
                (errors ??= new()).Add(name, "Send this header once and with a value, or leave it out.");
        }

        return errors is null ? next(context) : new(Problem.InvalidFields(errors));
    }
}
