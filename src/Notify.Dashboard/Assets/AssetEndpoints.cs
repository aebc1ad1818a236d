using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Notify.Dashboard.Assets;

/// <summary>Serves the style sheet, the script and the icon. The hash in their URLs lets browsers keep them.</summary>
internal static class AssetEndpoints
{
    private static readonly Dictionary<string, Asset> Assets = new(StringComparer.Ordinal)
    {
        ["dashboard.css"] = Asset.Read("dashboard.css", "text/css; charset=utf-8"),
        ["dashboard.js"] = Asset.Read("dashboard.js", "text/javascript; charset=utf-8"),
        ["icon.svg"] = Asset.Read("icon.svg", "image/svg+xml"),
    };

    public static void Map(RouteGroupBuilder group) => group.MapGet("/assets/{name}", Show).AllowAnonymous();

    /// <summary>Gets the URL of an asset below the prefix of the dashboard.</summary>
    public static string GetPath(string name) => $"assets/{name}?v={Assets[name].Version}";

    private static IResult Show(HttpContext context, string name)
    {
        if (!Assets.TryGetValue(name, out var asset))
            return TypedResults.NotFound();

        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl =
            context.Request.Query["v"] == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        return TypedResults.Bytes(asset.Content, asset.Type);
    }

    private sealed record Asset(byte[] Content, string Type, string Version)
    {
        public static Asset Read(string name, string type)
        {
            using var stream = typeof(AssetEndpoints).Assembly.GetManifestResourceStream($"Notify.Dashboard.Assets.{name}")!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return new Asset(content, type, Convert.ToHexStringLower(SHA256.HashData(content))[..12]);
        }
    }
}
