using System.Net;
using System.Net.Http.Headers;

namespace Notify.Cli.Imports;

/// <summary>The body of a request with a part of a file, which is read while it is sent.</summary>
internal sealed class PartContent : HttpContent
{
    private const int BufferSize = 1 << 16;

    private readonly ImportFile _file;
    private readonly FilePart _part;

    public PartContent(ImportFile file, FilePart part)
    {
        (_file, _part) = (file, part);
        Headers.ContentType = new MediaTypeHeaderValue(file.IsCsv ? "text/csv" : "application/x-ndjson");
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _file.HeaderBytes + _part.Bytes;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        var source = _file.OpenRead();
        await using (source.ConfigureAwait(false))
        {
            await CopyAsync(source, stream, _file.HeaderBytes, cancellationToken).ConfigureAwait(false);
            source.Position = _part.Offset;
            await CopyAsync(source, stream, _part.Bytes, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task CopyAsync(Stream source, Stream target, long bytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        while (bytes > 0)
        {
            var length = (int)Math.Min(bytes, buffer.Length);
            await source.ReadExactlyAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            await target.WriteAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            bytes -= length;
        }
    }
}
