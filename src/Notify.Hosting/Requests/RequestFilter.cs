using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Requests;

/// <summary>
/// Refuses what an endpoint would otherwise silently ignore: unknown query parameters, and headers of the API that are empty or
/// duplicated. For example, a trigger with <c>?dryRun=true</c> must not send.
/// </summary>
internal sealed class RequestFilter : IEndpointFilter
{
    private static readonly string[] Headers = [RequestValues.TenantHeader, IdempotencyKey.Header];

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        // Created only on demand, because nearly every request is valid.
        FieldErrors? errors = null;
        if (request.QueryString.HasValue && context.HttpContext.GetEndpoint()!.Metadata.GetMetadata<QueryUse>() is null)
        {
            foreach (var (name, _) in request.Query)
                (errors ??= new()).Add(name, FieldErrorCodes.UnknownParameter, "Unknown query parameter.");
        }

        foreach (var name in Headers)
        {
            if (request.Headers.TryGetValue(name, out var values) && (values.Count != 1 || values[0] is not { Length: > 0 }))
                (errors ??= new()).Add(name, FieldErrorCodes.Invalid, "Send this header once with a value, or omit it.");
        }

        if (RequestValues.Header(request, IdempotencyKey.Header) is { } key && !IdempotencyKey.TryParse(key, out _))
        {
            const string message =
                "Send a quoted string of printable ASCII characters, such as \"abc\", or the key without quotes.";
            (errors ??= new()).Add(IdempotencyKey.Header, FieldErrorCodes.Invalid, message);
        }

        return errors is null ? next(context) : new(Problem.InvalidFields(errors));
    }
}
