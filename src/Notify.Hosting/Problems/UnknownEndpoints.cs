using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Authentication;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Problems;

/// <summary>
/// Answers calls to unknown paths and methods with problem documents. Like the rest of the API, these endpoints require the API
/// key.
/// </summary>
internal static class UnknownEndpoints
{
    private static readonly string[] Areas =
    [
        "/v1/analytics",
        "/v1/api-keys",
        "/v1/audit",
        "/v1/callbacks",
        "/v1/clients",
        "/v1/dead-letters",
        "/v1/diagnostics",
        "/v1/errors",
        "/v1/event-subscriptions",
        "/v1/events",
        "/v1/inbox",
        "/v1/jobs",
        "/v1/members",
        "/v1/notifications",
        "/v1/preferences",
        "/v1/providers",
        "/v1/receipts",
        "/v1/sandbox",
        "/v1/team",
        "/v1/templates",
        "/v1/topics",
        "/v1/track",
        "/v1/tracking",
        "/v1/unsubscribe",
        "/v1/users",
        "/v1/webhook-endpoints",
        "/v1/workflows",
        "/health",
    ];

    /// <summary>Maps all paths within the API that no other endpoint handles. Other paths belong to the application.</summary>
    public static void MapUnknown(this RouteGroupBuilder group, string prefix)
    {
        foreach (var area in prefix.Trim('/').Length > 0 ? [""] : Areas)
            group
                .Map($"{area}/{{**rest}}", Problem.UnknownPath)
                .WithOrder(int.MaxValue)
                .WithMetadata(RequiredScope.None)
                .IgnoresQuery();
    }

    /// <summary>Maps all methods of an existing path that no other endpoint handles.</summary>
    public static void MapOtherMethods(this RouteGroupBuilder group, string pattern, string allowed, int order = 0) =>
        group
            .Map(pattern, (HttpContext context) =>
            {
                context.Response.Headers.Allow = allowed;
                return Problem.WrongMethod(allowed);
            })
            .WithOrder(order)
            .WithMetadata(RequiredScope.None)
            .IgnoresQuery();
}
