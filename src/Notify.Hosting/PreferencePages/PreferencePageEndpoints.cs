using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.PreferencePages;

/// <summary>
/// <c>/v1/preferences/{token}</c>: the page on which a user changes preferences. The token in the path is the only authorization.
/// There are no cookies, so another site cannot use a visit of the user to change anything.
/// </summary>
internal static class PreferencePageEndpoints
{
    /// <summary>
    /// The field that names what the form shows, so that a category that was added meanwhile is not switched off.
    /// </summary>
    public const string Shown = "shown";

    /// <summary>The field that names what the user wants.</summary>
    public const string Wanted = "wanted";

    /// <summary>The button that switches everything off.</summary>
    public const string Off = "off";

    public static void MapPreferencePages(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/preferences/{token}", ShowAsync).Describe(PreferencePageOperations.Show);
        group.MapPost("/v1/preferences/{token}", SaveAsync).Describe(PreferencePageOperations.Save);
        group.MapOtherMethods("/v1/preferences/{token}", "GET, HEAD, POST");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext context,
        IPreferenceLinks links,
        IOptions<PreferencePageOptions> options
    )
    {
        var page = await links.FindAsync(GetToken(context), context.RequestAborted).ConfigureAwait(false);
        return Show(context, page, options.Value, isSaved: false);
    }

    private static Task<IResult> SaveAsync(
        HttpContext context,
        IPreferenceLinks links,
        IOptions<PreferencePageOptions> options
    ) => RequestBody.ReadAsync(context, async bytes =>
        {
            var choices = ReadChoices(QueryHelpers.ParseQuery(Encoding.UTF8.GetString(bytes.Span)));
            var page = await links.SaveAsync(GetToken(context), choices, context.RequestAborted).ConfigureAwait(false);
            return Show(context, page, options.Value, isSaved: true);
        });

    private static PreferenceChoice[] ReadChoices(Dictionary<string, StringValues> form)
    {
        var wanted = form.ContainsKey(Off) ? [] : form.GetValueOrDefault(Wanted).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. form.GetValueOrDefault(Shown)
                .OfType<string>()
                .Select(cell => (Cell: cell, Place: PreferencePageView.ReadCell(cell)))
                .Where(one => one.Place is not null)
                .Select(one => new PreferenceChoice(
                    one.Place!.Value.Category,
                    one.Place.Value.Channel,
                    wanted.Contains(one.Cell)
                )),
        ];
    }

    private static string GetToken(HttpContext context) => RequestValues.Route(context.Request, "token");

    private static IResult Show(HttpContext context, PreferencePage? page, PreferencePageOptions options, bool isSaved)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = PreferencePageView.ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex";
        return TypedResults.Content(
            page is null ? PreferencePageView.Unknown : PreferencePageView.Create(page, options, isSaved),
            "text/html; charset=utf-8",
            statusCode: page is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK
        );
    }
}
