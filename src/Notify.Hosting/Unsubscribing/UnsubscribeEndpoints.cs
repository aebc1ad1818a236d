using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Unsubscribing;

/// <summary>
/// <c>/v1/unsubscribe/{token}</c>: unsubscribes a recipient. A mail program posts to it (one-click unsubscribe, RFC 8058), and a
/// person opens the page and presses the button. Opening the page changes nothing, because mail scanners follow every link.
/// </summary>
internal static class UnsubscribeEndpoints
{
    public static void MapUnsubscribe(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/unsubscribe/{token}", ShowQuestion).Describe(UnsubscribeOperations.Show);
        group.MapPost("/v1/unsubscribe/{token}", UnsubscribeAsync).Describe(UnsubscribeOperations.Unsubscribe);
        group.MapOtherMethods("/v1/unsubscribe/{token}", "GET, HEAD, POST");
    }

    private static IResult ShowQuestion(HttpContext context, IUnsubscribeLinks links) =>
        Show(context, links.IsGenuine(GetToken(context)) ? UnsubscribePage.Question : null);

    private static async Task<IResult> UnsubscribeAsync(HttpContext context, IUnsubscribeLinks links)
    {
        var done = await links.UnsubscribeAsync(GetToken(context), context.RequestAborted).ConfigureAwait(false);
        return Show(context, done ? UnsubscribePage.Done : null);
    }

    private static string GetToken(HttpContext context) => RequestValues.Route(context.Request, "token");

    private static IResult Show(HttpContext context, string? page)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = UnsubscribePage.ContentSecurityPolicy;
        headers.CacheControl = "no-store";
        return TypedResults.Content(
            page ?? UnsubscribePage.Unknown,
            "text/html; charset=utf-8",
            statusCode: page is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK
        );
    }
}
