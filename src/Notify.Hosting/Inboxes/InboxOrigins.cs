using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Notify.Hosting.Inboxes;

/// <summary>
/// Lets pages of the configured origins read the answers (WHATWG Fetch, "CORS protocol"). Credentials are not allowed: a token is
/// sent in a header that the page sets.
/// </summary>
internal sealed class InboxOrigins(IServiceProvider services) : IEndpointFilter
{
    private const string Headers = "authorization, content-type, last-event-id";
    private const string Methods = "GET, HEAD, POST";
    private const string MaxAge = "600";

    private readonly Lazy<HashSet<string>> _allowed = new(() =>
        new(services.GetRequiredService<IOptions<InboxOptions>>().Value.AllowedOrigins, StringComparer.OrdinalIgnoreCase)
    );

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (_allowed.Value.Count == 0)
            return next(context);

        // The answer depends on the origin, so a cache must not give it to another one.
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        if (!IsAllowed(http))
            return next(context);

        http.Response.Headers.AccessControlAllowOrigin = http.Request.Headers.Origin;
        return HttpMethods.IsOptions(http.Request.Method) ? new(AnswerPreflight(http.Response)) : next(context);
    }

    // A browser asks whether a page may call.
    private static IResult AnswerPreflight(HttpResponse response)
    {
        response.Headers.AccessControlAllowMethods = Methods;
        response.Headers.AccessControlAllowHeaders = Headers;
        response.Headers.AccessControlMaxAge = MaxAge;
        return TypedResults.NoContent();
    }

    private bool IsAllowed(HttpContext context) =>
        context.Request.Headers.Origin is [{ } origin] && _allowed.Value.Contains(origin);
}
