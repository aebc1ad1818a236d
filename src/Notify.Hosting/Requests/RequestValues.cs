using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;

namespace Notify.Hosting.Requests;

/// <summary>What a request says outside of its body and query.</summary>
internal static class RequestValues
{
    public const string TenantHeader = "X-Notify-Tenant";

    private const string EncodedSlash = "%2F";

    public static string TenantOf(HttpRequest request) => Header(request, TenantHeader) ?? Trigger.DefaultTenant;

    public static string? Header(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var values) && !StringValues.IsNullOrEmpty(values) ? values.ToString() : null;

    /// <summary>Reads a part of the path, decoded once.</summary>
    /// <remarks>
    /// The server decodes all of a path but its encoded slashes, which routing must not take for slashes. After that a
    /// <c>%2F</c> may stand for a slash or for the text <c>%2F</c> that was sent as <c>%252F</c>. The path as it was sent
    /// decides.
    /// </remarks>
    public static string Route(HttpRequest request, string name)
    {
        var decoded = (string)request.RouteValues[name]!;
        if (!decoded.Contains(EncodedSlash, StringComparison.OrdinalIgnoreCase))
            return decoded;

        // A path with dot segments is shorter than it was sent, so the part must be the one that the server decoded.
        return
            SentPart(request, name) is { } sent
            && string.Equals(WithSlashes(sent), WithSlashes(decoded), StringComparison.Ordinal)
            ? sent
            : WithSlashes(decoded);
    }

    private static string? SentPart(HttpRequest request, string name)
    {
        if (request.HttpContext.GetEndpoint() is not RouteEndpoint { RoutePattern.PathSegments: var pattern })
            return null;

        var place = 0;
        while (place < pattern.Count && !(pattern[place].Parts is [RoutePatternParameterPart part] && part.Name == name))
            place++;
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var path = target.Split('?', 2)[0].TrimEnd('/').Split('/');
        var fromEnd = pattern.Count - place;
        return fromEnd >= 1 && fromEnd <= path.Length ? Uri.UnescapeDataString(path[^fromEnd]) : null;
    }

    private static string WithSlashes(string value) => value.Replace(EncodedSlash, "/", StringComparison.OrdinalIgnoreCase);
}
