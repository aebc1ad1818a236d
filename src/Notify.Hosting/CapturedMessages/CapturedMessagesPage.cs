using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.CapturedMessages;

/// <summary>Serves the page of captured messages with its content security policy.</summary>
internal sealed class CapturedMessagesPage(string html)
{
    /// <summary>
    /// The policy allows only the page's own script, and no requests to other origins. The frame that shows an email inherits it,
    /// so remote images, by which a sender could track the reader, are not loaded.
    /// </summary>
    private readonly string _policy =
        $"default-src 'none'; script-src 'sha256-{HashScript(html)}'; style-src 'unsafe-inline'; img-src data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public IResult Show(HttpContext context)
    {
        // The page loads its messages from relative URLs, which resolve correctly only if the path ends with a slash.
        var path = $"{context.Request.PathBase}{context.Request.Path}";
        if (!path.EndsWith('/'))
            return TypedResults.LocalRedirect($"{path}/");

        context.Response.Headers.ContentSecurityPolicy = _policy;
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Content(html, "text/html; charset=utf-8");
    }

    private static string HashScript(string html)
    {
        var begin = html.IndexOf("<script>", StringComparison.Ordinal) + "<script>".Length;
        var script = html[begin..html.IndexOf("</script>", begin, StringComparison.Ordinal)];
        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
    }
}
