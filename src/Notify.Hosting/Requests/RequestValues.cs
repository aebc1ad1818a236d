using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;
using Notify.Hosting.Authentication;

namespace Notify.Hosting.Requests;

/// <summary>Reads values from the path and headers of a request.</summary>
internal static class RequestValues
{
    public const string TenantHeader = "X-Notify-Tenant";

    private const string EncodedSlash = "%2F";

    /// <summary>Gets the tenant for which the caller acts.</summary>
    public static string GetTenant(HttpRequest request) =>
        Caller.Find(request.HttpContext)?.Tenant
        ?? throw new InvalidOperationException("An endpoint that needs no key has no tenant.");

    /// <summary>Gets the kind of the caller's key, which decides where its notifications go.</summary>
    public static ApiKeyKind GetKind(HttpRequest request) => Caller.Find(request.HttpContext)!.Kind;

    public static string? Header(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var values) && !StringValues.IsNullOrEmpty(values) ? values.ToString() : null;

    /// <summary>Reads a segment of the path, decoded exactly once.</summary>
    /// <remarks>
    /// The server decodes a path except for encoded slashes, because routing must not treat them as separators. In the decoded
    /// path, a <c>%2F</c> may therefore be an encoded slash, or the literal text <c>%2F</c> that was sent as <c>%252F</c>. The
    /// raw path distinguishes the two.
    /// </remarks>
    public static string Route(HttpRequest request, string name)
    {
        var decoded = (string)request.RouteValues[name]!;
        if (!decoded.Contains(EncodedSlash, StringComparison.OrdinalIgnoreCase))
            return decoded;

        // The server removes dot segments, so positions in the raw path may differ. The raw segment is used only if it matches
        // the decoded one.
        return
            FindRawSegment(request, name) is { } sent
            && string.Equals(DecodeSlashes(sent), DecodeSlashes(decoded), StringComparison.Ordinal)
            ? sent
            : DecodeSlashes(decoded);
    }

    private static string? FindRawSegment(HttpRequest request, string name)
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

    private static string DecodeSlashes(string value) => value.Replace(EncodedSlash, "/", StringComparison.OrdinalIgnoreCase);
}
