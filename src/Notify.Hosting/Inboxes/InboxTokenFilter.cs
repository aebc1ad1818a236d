using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Inboxes;

/// <summary>
/// Accepts calls with the token of a user, which determines the tenant and the user. The header that selects a tenant is ignored.
/// A token is only read from a header, never from a URL, which logs and histories keep; browsers do not send this header for
/// pages of other origins by themselves.
/// </summary>
internal sealed class InboxTokenFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (
            AuthenticationHeaderValue.TryParse(http.Request.Headers.Authorization, out var header)
            && header is { Scheme: var scheme, Parameter: { } token }
            && scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            && http.RequestServices.GetRequiredService<IInboxTokens>().TryRead(token, out var user)
        )
        {
            http.Features.Set(user);
            return next(context);
        }

        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"Notify inbox\", error=\"invalid_token\"";
        return new(Problem.InvalidToken());
    }
}
