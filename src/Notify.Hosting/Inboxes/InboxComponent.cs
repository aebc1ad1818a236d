using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Notify.Hosting.Inboxes;

/// <summary><c>/v1/inbox/notify-inbox.js</c>: the web component that shows an inbox.</summary>
internal static class InboxComponent
{
    private const string Resource = "Notify.Hosting.Inboxes.notify-inbox.js";

    private static readonly Lazy<byte[]> Script = new(Read);

    private static readonly Lazy<EntityTagHeaderValue> Version = new(() =>
        new($"\"{Convert.ToHexStringLower(SHA256.HashData(Script.Value).AsSpan(0, 16))}\"")
    );

    public static IResult Show(HttpContext context)
    {
        var headers = context.Response.Headers;
        // A browser asks again after an hour, and gets the script only if a newer version of Notify serves another one.
        headers.CacheControl = "public, max-age=3600";
        headers.XContentTypeOptions = "nosniff";
        // The script is the same for everyone, and pages of any origin may load it. Their calls still need a token.
        headers.AccessControlAllowOrigin = "*";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return TypedResults.Bytes(Script.Value, "text/javascript; charset=utf-8", entityTag: Version.Value);
    }

    private static byte[] Read()
    {
        using var resource = typeof(InboxComponent).Assembly.GetManifestResourceStream(Resource)!;
        using var memory = new MemoryStream();
        resource.CopyTo(memory);
        return memory.ToArray();
    }
}
