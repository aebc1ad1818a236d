using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Notify.Hosting.Notifications;

/// <summary>Reads a request's body within a bound.</summary>
internal static class RequestBody
{
    private const int ChunkBytes = 16 * 1024;

    public static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType == "application/json" || type.Suffix == "json")
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <returns>The body, or null when it is larger than <paramref name="maxBytes"/>.</returns>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpContext context, long maxBytes)
    {
        if (context.Request.ContentLength > maxBytes)
            return null;

        // The bound is the API's, whether the server's own is lower or higher.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = maxBytes + 1;

        using var body = new MemoryStream((int)(context.Request.ContentLength ?? ChunkBytes));
        var chunk = new byte[ChunkBytes];
        while (await context.Request.Body.ReadAsync(chunk, context.RequestAborted).ConfigureAwait(false) is > 0 and var read)
        {
            if (body.Length + read > maxBytes)
                return null;
            body.Write(chunk, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
