using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Authentication;

/// <summary>Recognizes calls that a browser makes for a page of another origin (cross-site request forgery).</summary>
/// <remarks>
/// Browsers that send the Fetch Metadata headers describe the relation of the page to the API (W3C Fetch Metadata Request
/// Headers, section 2.1). Older browsers send <c>Origin</c> with every call that is not a simple GET (RFC 6454, section 7).
/// Programs other than browsers send neither. A page cannot set or remove these headers.
/// </remarks>
internal static class CrossOriginCall
{
    public static bool Matches(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site, ..])
            return site is not ("same-origin" or "none") && !IsNavigation(request);

        return request.Headers.Origin is [{ Length: > 0 } origin, ..] && !IsSameOrigin(request, origin);
    }

    // A link on another site may open a page, such as the one of preferences. The other site can neither read it nor change
    // anything.
    private static bool IsNavigation(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Headers["Sec-Fetch-Mode"] == "navigate"
        && request.Headers["Sec-Fetch-Dest"] == "document";

    // An opaque origin, such as that of a sandboxed frame or a local file, is "null", which is not a URL.
    private static bool IsSameOrigin(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var api)
        && Uri.Compare(page, api, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
