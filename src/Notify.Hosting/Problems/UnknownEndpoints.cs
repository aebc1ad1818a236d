using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Problems;

/// <summary>Answers for what is not there with a problem document, and for the API key like everything else.</summary>
internal static class UnknownEndpoints
{
    private static readonly string[] Areas =
    [
        "/v1/notifications",
        "/v1/users",
        "/v1/topics",
        "/v1/templates",
        "/v1/dead-letters",
        "/v1/receipts",
        "/v1/callbacks",
        "/v1/unsubscribe",
        "/v1/analytics",
        "/v1/sandbox",
        "/health",
    ];

    /// <summary>A path within the API that nothing else answers. Outside of it paths are the application's.</summary>
    public static void MapUnknown(this RouteGroupBuilder group, string prefix)
    {
        foreach (var area in prefix.Trim('/').Length > 0 ? [""] : Areas)
            group.Map($"{area}/{{**rest}}", Problem.UnknownPath).WithOrder(int.MaxValue).IgnoresQuery();
    }

    /// <summary>A path that is there, called by another method.</summary>
    public static void MapOtherMethods(this RouteGroupBuilder group, string pattern, string allowed, int order = 0) =>
        group
            .Map(pattern, (HttpContext context) =>
            {
                context.Response.Headers.Allow = allowed;
                return Problem.WrongMethod(allowed);
            })
            .WithOrder(order)
            .IgnoresQuery();
}
