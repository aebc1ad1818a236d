using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Tracking;

/// <summary>
/// <c>/v1/tracking</c>: shows and replaces what the tenant tracks. <c>/v1/track/{token}</c>: the links of tracked email.
/// </summary>
internal static class TrackingEndpoints
{
    /// <summary>A transparent image of one pixel.</summary>
    private static readonly byte[] Pixel = Convert.FromHexString(
        "47494638396101000100800000000000FFFFFF21F90401000000002C000000000100010000020144003B"
    );

    /// <summary>The headers with which browsers and mail programs mark a request that no person made, and their values.</summary>
    private static readonly string[] PrefetchHeaders = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"];
    private static readonly string[] PrefetchValues = ["prefetch", "prerender", "preview"];

    public static void MapTrackingSettings(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/tracking", ShowAsync).Describe(TrackingOperations.Get);
        group.MapPut("/v1/tracking", SaveAsync).Describe(TrackingOperations.Save).Audit("tracking saved");
        group.MapOtherMethods("/v1/tracking", "GET, HEAD, PUT");
    }

    public static void MapTrackedLinks(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/track/{token}", FollowAsync).Describe(TrackingOperations.Follow);
        group.MapOtherMethods("/v1/track/{token}", "GET, HEAD");
    }

    private static async Task<IResult> ShowAsync(HttpContext context, ITracking tracking)
    {
        var settings = await tracking
            .FindAsync(RequestValues.GetTenant(context.Request), context.RequestAborted)
            .ConfigureAwait(false);
        return TypedResults.Json(new TrackingView(settings.Opens, settings.Clicks), TrackingJson.Default.TrackingView);
    }

    private static Task<IResult> SaveAsync(HttpContext context, ITracking tracking) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var settings = new TrackingSettings();
            foreach (var field in body.Members())
            {
                if (field.Name == "opens")
                    settings = settings with { Opens = field.Flag() ?? false };
                else if (field.Name == "clicks")
                    settings = settings with { Clicks = field.Flag() ?? false };
                else
                    field.Unknown("opens", "clicks");
            }

            body.Errors.Add(tracking.Validate(settings));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            await tracking
                .SaveAsync(RequestValues.GetTenant(context.Request), settings, context.RequestAborted)
                .ConfigureAwait(false);
            return TypedResults.NoContent();
        });

    private static async Task<IResult> FollowAsync(HttpContext context, ITracking tracking)
    {
        var followed = await tracking
            .FollowAsync(RequestValues.Route(context.Request, "token"), IsByPerson(context.Request), context.RequestAborted)
            .ConfigureAwait(false);
        context.Response.Headers["X-Robots-Tag"] = "noindex";
        return followed switch
        {
            null => TypedResults.Text(
                "This link does not work. It may be incomplete.",
                statusCode: StatusCodes.Status404NotFound
            ),
            { Target: null } => TypedResults.Bytes(Pixel, "image/gif"),
            { Target: var target } => TypedResults.Redirect(target.AbsoluteUri),
        };
    }

    // Programs ask with HEAD whether a link works, and load pages ahead. Scanners that do neither cannot be told from readers.
    private static bool IsByPerson(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && !PrefetchHeaders.Any(header =>
            request
                .Headers[header]
                .Any(value => PrefetchValues.Any(known => value?.Contains(known, StringComparison.OrdinalIgnoreCase) == true))
        );
}
