using Microsoft.AspNetCore.Http;

namespace Notify.Dashboard.Rendering;

/// <summary>The headers that protect every page.</summary>
internal static class PageHeaders
{
    /// <summary>
    /// The policy of pages: scripts, styles, requests, frames and forms of the same origin only, and nothing inline.
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>
    /// The policy of a shown email: its own styles and embedded images, no scripts, and no requests, by which a sender could
    /// track the reader. <c>sandbox</c> applies even if the address is opened without the frame.
    /// </summary>
    private const string EmailPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'self'; sandbox";

    public static void Set(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "same-origin";
        headers["X-Robots-Tag"] = "noindex";
    }

    /// <summary>Creates the response with the HTML of an email, for a frame.</summary>
    /// <remarks>
    /// A policy does not prevent connections that a page prepares in advance, such as with <c>link rel=preconnect</c>. A tag name
    /// cannot be written with entities, so no element is a link once the text of every such tag is another one.
    /// </remarks>
    public static IResult ShowEmail(HttpResponse response, string html)
    {
        response.Headers.ContentSecurityPolicy = EmailPolicy;
        response.Headers["X-DNS-Prefetch-Control"] = "off";
        return TypedResults.Content(
            html.Replace("<link", "<x-link", StringComparison.OrdinalIgnoreCase),
            "text/html; charset=utf-8"
        );
    }
}
