using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Requests;

/// <summary>
/// Reads request bodies within limits. A body stays in the server's buffers and is not copied if it is contiguous.
/// </summary>
internal static class RequestBody
{
    private const StringComparison IgnoreCase = StringComparison.OrdinalIgnoreCase;

    /// <summary>The maximum nesting depth of JSON, which is the default of the parser.</summary>
    private const int MaxDepth = 64;

    /// <summary>
    /// Reads the body and passes it to the handler, or returns an error if it cannot be read. The bytes are valid only until the
    /// handler completes.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="handle">Handles the body.</param>
    /// <param name="maxBytes">The maximum size, if it is not that of the endpoint.</param>
    public static async Task<IResult> ReadAsync(
        HttpContext context,
        Func<ReadOnlyMemory<byte>, Task<IResult>> handle,
        long? maxBytes = null
    )
    {
        if (IsEncoded(context.Request))
            return Problem.Encoded(context.Response);

        var limits = context.GetEndpoint()!.Metadata.GetRequiredMetadata<BodyLimits>();
        if (!limits.TryEnter())
            return Problem.TooBusy(context.Response);

        try
        {
            return await ReadAsync(context, limits, maxBytes ?? limits.MaxBytes, handle).ConfigureAwait(false);
        }
        finally
        {
            limits.Exit();
        }
    }

    private static async Task<IResult> ReadAsync(
        HttpContext context,
        BodyLimits limits,
        long maxBytes,
        Func<ReadOnlyMemory<byte>, Task<IResult>> handle
    )
    {
        var (body, refusal) = await BufferAsync(context, limits, maxBytes).ConfigureAwait(false);
        if (refusal is not null)
            return refusal;

        try
        {
            return await handle(ToContiguous(body)).ConfigureAwait(false);
        }
        finally
        {
            Release(context, body);
        }
    }

    /// <summary>Reads the body as JSON and passes it to the handler, or returns an error if it cannot be read.</summary>
    public static Task<IResult> ReadJsonAsync(HttpContext context, Func<JsonField, Task<IResult>> handle) =>
        IsJson(context.Request) ? ReadAsync(context, bytes => ParseAsync(bytes, handle)) : Task.FromResult(Problem.NotJson());

    private static async Task<IResult> ParseAsync(ReadOnlyMemory<byte> bytes, Func<JsonField, Task<IResult>> handle)
    {
        if (!TryParse(bytes, out var document, out var refusal))
            return refusal;

        using (document)
            return await handle(JsonField.Root(document.RootElement, new FieldErrors())).ConfigureAwait(false);
    }

    /// <summary>Parses JSON. The document refers to the bytes.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> bytes,
        [NotNullWhen(true)] out JsonDocument? document,
        [NotNullWhen(false)] out ProblemResult? refusal
    )
    {
        (document, refusal) = (null, null);
        if (bytes.Span.StartsWith("\uFEFF"u8))
        {
            refusal = Problem.ByteOrderMark();
        }
        else if (!Utf8.IsValid(bytes.Span))
        {
            refusal = Problem.NotUtf8();
        }
        else
        {
            try
            {
                document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
            }
            catch (JsonException exception)
            {
                refusal = IsTooDeep(bytes.Span) ? Problem.TooDeep(MaxDepth) : Problem.InvalidJson(exception);
            }
        }

        return document is not null;
    }

    // The first comparison avoids parsing the header for nearly every caller.
    private static bool IsJson(HttpRequest request) =>
        request.ContentType == "application/json"
        || (
            MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", IgnoreCase) || type.Suffix.Equals("json", IgnoreCase))
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", IgnoreCase))
        );

    /// <summary>Returns whether the body has a content encoding, such as gzip. None is supported.</summary>
    public static bool IsEncoded(HttpRequest request) =>
        request.Headers.ContentEncoding is { Count: > 0 } encodings
        && encodings.Any(encoding => !string.Equals(encoding, "identity", IgnoreCase));

    /// <summary>
    /// Returns whether parsing failed because of the depth. The exception does not reveal it, so the body is read again with a
    /// higher limit.
    /// </summary>
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

    // Returns the buffers to the server. If the caller has disconnected in the meantime, this may throw, but the result of the
    // handler stands.
    private static void Release(HttpContext context, ReadOnlySequence<byte> body)
    {
        try
        {
            context.Request.BodyReader.AdvanceTo(body.End);
        }
        catch (OperationCanceledException) { }
    }

    private static ReadOnlyMemory<byte> ToContiguous(ReadOnlySequence<byte> body) =>
        body.IsSingleSegment ? body.First : body.ToArray();

    /// <summary>Buffers the whole body.</summary>
    /// <returns>
    /// The body, which stays in the server's buffers until the reader is advanced, or the error response if it could not be read.
    /// </returns>
    private static async ValueTask<(ReadOnlySequence<byte> Body, IResult? Refusal)> BufferAsync(
        HttpContext context,
        BodyLimits limits,
        long maxBytes
    )
    {
        if (context.Request.ContentLength > maxBytes)
            return (default, Problem.BodyTooLarge(maxBytes));

        // Disables the server's own limit, so that the limit below is exact. The server's limit may be lower or higher, and for a
        // chunked body it includes the framing.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = null;

        var reader = context.Request.BodyReader;
        var deadline = Environment.TickCount64 + (long)limits.Timeout.TotalMilliseconds;
        while (true)
        {
            var read = await ReadAsync(reader, deadline, context.RequestAborted).ConfigureAwait(false);
            if (read.Buffer.Length > maxBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return (default, Problem.BodyTooLarge(maxBytes));
            }

            if (read.IsCompleted)
                return (read.Buffer, null);
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (Environment.TickCount64 >= deadline)
                return (default, Problem.BodyTooSlow(context.Response, limits.Timeout));
        }
    }

    // Most bodies arrive together with their headers and need no timer. For the others, the timer ends the pending read at the
    // deadline.
    /// <summary>
    /// Reads what has arrived. At the deadline, a time as in <see cref="Environment.TickCount64"/>, the read returns a result
    /// without new data, and the caller checks the deadline.
    /// </summary>
    public static async ValueTask<ReadResult> ReadAsync(PipeReader reader, long deadline, CancellationToken aborted)
    {
        var reading = reader.ReadAsync(aborted);
        if (reading.IsCompleted)
            return await reading.ConfigureAwait(false);

        var left = TimeSpan.FromMilliseconds(Math.Max(0, deadline - Environment.TickCount64));
        var timer = new Timer(static reader => ((PipeReader)reader!).CancelPendingRead(), reader, left, Timeout.InfiniteTimeSpan);
        await using (timer.ConfigureAwait(false))
            return await reading.ConfigureAwait(false);
    }
}
