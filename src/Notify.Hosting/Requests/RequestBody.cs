using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Requests;

/// <summary>Reads a request's body within a bound.</summary>
internal static class RequestBody
{
    private const int ChunkBytes = 16 * 1024;

    /// <summary>Hands the body on as it is, or answers why it cannot be read.</summary>
    public static async Task<IResult> ReadAsync(HttpContext context, Func<ReadOnlyMemory<byte>, Task<IResult>> handle)
    {
        var maxBytes = context.RequestServices.GetRequiredService<IOptions<NotificationsApiOptions>>().Value.MaxBodyBytes;
        return await ReadAsync(context, maxBytes).ConfigureAwait(false) is { } bytes
            ? await handle(bytes).ConfigureAwait(false)
            : Problem.BodyTooLarge(maxBytes);
    }

    /// <summary>Hands the body on as JSON, or answers why it cannot be read.</summary>
    public static async Task<IResult> ReadJsonAsync(HttpContext context, Func<JsonField, Task<IResult>> handle) =>
        IsJson(context.Request)
            ? await ReadAsync(context, bytes => ParseAsync(bytes, handle)).ConfigureAwait(false)
            : Problem.NotJson();

    private static async Task<IResult> ParseAsync(ReadOnlyMemory<byte> bytes, Func<JsonField, Task<IResult>> handle)
    {
        if (!Utf8.IsValid(bytes.Span))
            return Problem.NotUtf8();

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes);
        }
        catch (JsonException exception)
        {
            return Problem.InvalidJson(exception);
        }

        using (document)
            return await handle(JsonField.Root(document.RootElement, new FieldErrors())).ConfigureAwait(false);
    }

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType == "application/json" || type.Suffix == "json")
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <returns>The body, or null when it is larger than <paramref name="maxBytes"/>.</returns>
    private static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpContext context, long maxBytes)
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
