using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Notify.Client.Jobs;

/// <summary>A body with a line per item, which is written as fast as the service reads it.</summary>
internal sealed class ImportContent<TItem> : HttpContent
    where TItem : class
{
    private const int BufferLength = 32_768;

    private readonly IAsyncEnumerable<ImportLine<TItem>> _lines;
    private readonly Action<Utf8JsonWriter, TItem> _write;

    /// <param name="lines">The lines.</param>
    /// <param name="write">Writes an item.</param>
    public ImportContent(IAsyncEnumerable<ImportLine<TItem>> lines, Action<Utf8JsonWriter, TItem> write)
    {
        (_lines, _write) = (lines, write);
        Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
    }

    /// <summary>Gets the error of the source of the lines, because of which the body is incomplete.</summary>
    public Exception? Failure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        var buffer = new ArrayBufferWriter<byte>(BufferLength);
        using var json = new Utf8JsonWriter(buffer);
        await foreach (var line in ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _write(json, line);
            json.Flush();
            json.Reset();
            buffer.Write("\n"u8);
            if (buffer.WrittenCount < BufferLength)
                continue;
            await stream.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            buffer.ResetWrittenCount();
        }

        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async IAsyncEnumerable<TItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lines = _lines.GetAsyncEnumerator(cancellationToken);
        await using (lines.ConfigureAwait(false))
        {
            while (await MoveNextAsync(lines).ConfigureAwait(false))
                yield return lines.Current.Item ?? throw Fail(CreateUnreadable(lines.Current));
        }
    }

    // The connection would report that the body broke off, and not why.
    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ImportLine<TItem>> lines)
    {
        try
        {
            return await lines.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw Fail(exception);
        }
    }

    private Exception Fail(Exception exception)
    {
        Failure = exception;
        return exception;
    }

    private static InvalidRequestException CreateUnreadable(ImportLine<TItem> line) =>
        new([.. line.Errors.Select(error => error with { Field = $"lines[{line.Line}].{error.Field}" })]);
}
