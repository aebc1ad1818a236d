using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Problems;

/// <summary>
/// <c>/v1/errors/{code}</c>: the documentation of each problem, to which the <c>type</c> of a problem document refers. As
/// endpoint metadata, an instance provides problem documents with the address of the pages.
/// </summary>
internal sealed class ProblemPages(string prefix, Uri? typeBase)
{
    private const string Path = "/v1/errors/";

    private static readonly ApiOperation Operation = new("showProblemPage", "api", "Documents a problem.")
    {
        IsOpen = true,
        Problems = [ProblemCodes.PathNotFound],
        Responses = [ApiResponse.Text("text/html", "The page.")],
    };

    private string _path = prefix.TrimEnd('/') + Path;

    /// <summary>Gets the URI that identifies and documents a kind of problem.</summary>
    public static string GetUri(HttpContext context, string code)
    {
        var pages = context.GetEndpoint()?.Metadata.GetMetadata<ProblemPages>();
        return pages?.TypeBase is { } absolute
            ? absolute.OriginalString + code
            : $"{context.Request.PathBase.ToUriComponent()}{pages?._path ?? Path}{code}";
    }

    private Uri? TypeBase => typeBase;

    /// <summary>Maps the pages. They need no key, because they show nothing about the application.</summary>
    public void Map(RouteGroupBuilder group)
    {
        group.MapGet($"{Path}{{code}}", Show).Describe(Operation).Finally(endpoint => ReadPath((RouteEndpointBuilder)endpoint));
        group.MapOtherMethods($"{Path}{{code}}", "GET, HEAD");
    }

    // The application may have mapped the API within other groups, whose prefixes only the built endpoint knows.
    private void ReadPath(RouteEndpointBuilder endpoint)
    {
        if (endpoint.RoutePattern.RawText is not { } pattern)
            return;
        var path = pattern[..(pattern.LastIndexOf('/') + 1)];
        if (!path.Contains('{', StringComparison.Ordinal))
            _path = path.StartsWith('/') ? path : $"/{path}";
    }

    private static IResult Show(HttpContext context)
    {
        var code = RequestValues.Route(context.Request, "code");
        if (ProblemTypes.All.FirstOrDefault(known => known.Code == code) is not { } type)
            return Problem.UnknownPath();

        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        // The same for everyone, and changes only with the version of Notify.
        return CachedAnswer.Create(
            context,
            Encoding.UTF8.GetBytes(Write(type)),
            "text/html; charset=utf-8",
            "public, max-age=3600"
        );
    }

    private static string Write(ProblemType type)
    {
        var page = new StringBuilder()
            .Append(
                CultureInfo.InvariantCulture,
                $"<!doctype html>\n<html lang=\"en\"><title>{type.Code}</title>\n<h1><code>{type.Code}</code></h1>\n"
            )
            .Append(
                CultureInfo.InvariantCulture,
                $"<p>Status {type.Status}: {Encode(type.Title)}</p>\n<p>{Encode(type.Fix)}</p>\n"
            );
        if (type.Code == ProblemCodes.InvalidRequest)
        {
            page.Append("<p>Each error has a code:</p>\n<dl>\n");
            foreach (var code in FieldErrorTypes.All)
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"<dt><code>{code.Code}</code></dt><dd>{Encode(code.Meaning)} {Encode(code.Fix)}</dd>\n"
                );
            page.Append("</dl>\n");
        }

        return page.Append("</html>\n").ToString();
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text.Replace("`", "", StringComparison.Ordinal));
}
