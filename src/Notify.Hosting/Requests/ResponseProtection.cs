using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Notify.Hosting.Requests;

/// <summary>
/// Sets the headers that protect responses, including those of refused calls. Nearly every response contains personal data, and
/// none benefits from a cache. The other headers keep browsers from guessing the type of a response, from showing it in a frame,
/// and from telling its address to other sites (OWASP REST Security Cheat Sheet). An endpoint may set another value.
/// </summary>
internal sealed class ResponseProtection : IEndpointFilter
{
    private static readonly (string Name, StringValues Value)[] Headers =
    [
        (HeaderNames.CacheControl, "no-store"),
        (HeaderNames.XContentTypeOptions, "nosniff"),
        (HeaderNames.ContentSecurityPolicy, "frame-ancestors 'none'"),
        ("Referrer-Policy", "no-referrer"),
    ];

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        Set(context.HttpContext.Response);
        return next(context);
    }

    public static void Set(HttpResponse response)
    {
        foreach (var (name, value) in Headers)
            response.Headers[name] = value;
    }

    public static void Clear(HttpResponse response)
    {
        foreach (var (name, _) in Headers)
            response.Headers.Remove(name);
    }
}
