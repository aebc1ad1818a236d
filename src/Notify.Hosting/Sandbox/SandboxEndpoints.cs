using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Providers.Sandbox;

namespace Notify.Hosting.Sandbox;

/// <summary>Maps the endpoints that show the messages of the sandbox, if the application has one.</summary>
internal static class SandboxEndpoints
{
    // A page of the application at the same path takes precedence.
    private const int PageOrder = 1;

    public static void MapSandbox(this RouteGroupBuilder group, IServiceProvider services)
    {
        if (services.GetService<ISandbox>() is null)
            return;

        group.MapRead("/", ShowPage).WithOrder(PageOrder);
        group.MapOtherMethods("/", "GET, HEAD", PageOrder);
        group.MapRead("/v1/sandbox/messages", SandboxListEndpoint.Handle).ReadsQuery();
        group.MapOtherMethods("/v1/sandbox/messages", "GET, HEAD");
        group.MapRead("/v1/sandbox/messages/stream", SandboxStream.Open);
        group.MapOtherMethods("/v1/sandbox/messages/stream", "GET, HEAD");
    }

    private static IResult ShowPage(HttpContext context)
    {
        // The page loads its messages from relative URLs, which resolve correctly only if the path ends with a slash.
        var path = $"{context.Request.PathBase}{context.Request.Path}";
        if (!path.EndsWith('/'))
            return TypedResults.LocalRedirect($"{path}/");

        context.Response.Headers.ContentSecurityPolicy = SandboxPage.ContentSecurityPolicy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Content(SandboxPage.Html, "text/html; charset=utf-8");
    }
}
