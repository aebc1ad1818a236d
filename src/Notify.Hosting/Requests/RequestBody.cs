using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Requests;

/// <summary>Reads a request's body within a bound, where it lies in the server's buffers.</summary>
internal static class RequestBody
{
    private const StringComparison IgnoreCase = StringComparison.OrdinalIgnoreCase;

    /// <summary>How deep JSON may be nested: the parser's own default.</summary>
    private const int MaxDepth = 64;

    /// <summary>
    /// Hands the body on as it is, or answers why it cannot be read. The bytes are the handler's until it has ended.
    /// </summary>
    public static async Task<IResult> ReadAsync(HttpContext context, Func<ReadOnlyMemory<byte>, Task<IResult>> handle)
    {
        if (IsEncoded(context.Request))
            return Problem.Encoded(context.Response);

        var maxBytes = MaxBytes(context);
        if (await BufferAsync(context, maxBytes).ConfigureAwait(false) is not { } body)
            return Problem.BodyTooLarge(maxBytes);

        try
        {
            return await handle(Contiguous(body)).ConfigureAwait(false);
        }
        finally
        {
            GiveBack(context, body);
        }
    }

    /// <summary>Hands the body on as JSON, or answers why it cannot be read.</summary>
    public static Task<IResult> ReadJsonAsync(HttpContext context, Func<JsonField, Task<IResult>> handle) =>
        IsJson(context.Request) ? ReadAsync(context, bytes => ParseAsync(bytes, handle)) : Task.FromResult(Problem.NotJson());

    private static async Task<IResult> ParseAsync(ReadOnlyMemory<byte> bytes, Func<JsonField, Task<IResult>> handle)
    {
        if (bytes.Span.StartsWith("\uFEFF"u8))
            return Problem.ByteOrderMark();
        if (!Utf8.IsValid(bytes.Span))
            return Problem.NotUtf8();

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException exception)
        {
            return IsTooDeep(bytes.Span) ? Problem.TooDeep(MaxDepth) : Problem.InvalidJson(exception);
        }

        using (document)
            return await handle(JsonField.Root(document.RootElement, new FieldErrors())).ConfigureAwait(false);
    }

    // Nearly every caller writes it in the first form, which then need not be taken apart.
    private static bool IsJson(HttpRequest request) =>
        request.ContentType == "application/json"
        || (
            MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", IgnoreCase) || type.Suffix.Equals("json", IgnoreCase))
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", IgnoreCase))
        );

    private static bool IsEncoded(HttpRequest request) =>
        request.Headers.ContentEncoding is { Count: > 0 } encodings
        && encodings.Any(encoding => !string.Equals(encoding, "identity", IgnoreCase));

    /// <summary>Whether the parser gave up because of the depth: its exception does not tell.</summary>
    private static bool IsTooDeep(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == MaxDepth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    return true;
            }
        }
        catch (JsonException) { }

        return false;
    }

    private static long MaxBytes(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<NotificationsApiOptions>>().Value.MaxBodyBytes;

    // A caller that hung up meanwhile takes nothing from what was done for it.
    private static void GiveBack(HttpContext context, ReadOnlySequence<byte> body)
    {
        try
        {
            context.Request.BodyReader.AdvanceTo(body.End);
        }
        catch (OperationCanceledException) { }
    }

    private static ReadOnlyMemory<byte> Contiguous(ReadOnlySequence<byte> body) =>
        body.IsSingleSegment ? body.First : body.ToArray();

    /// <returns>
    /// The body, which stays in the server's buffers until the reader is advanced; null when it is larger than
    /// <paramref name="maxBytes"/>.
    /// </returns>
    private static async ValueTask<ReadOnlySequence<byte>?> BufferAsync(HttpContext context, long maxBytes)
    {
        if (context.Request.ContentLength > maxBytes)
            return null;

        // The bound is the API's, whether the server's own is lower or higher.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = maxBytes + 1;

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            if (read.Buffer.Length > maxBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
                return read.Buffer;
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
