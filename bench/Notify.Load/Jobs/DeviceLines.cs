using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Notify.Load.Jobs;

/// <summary>A body with one device per line, which is written while it is sent.</summary>
internal sealed class DeviceLines : HttpContent
{
    private const int LinesPerWrite = 500;

    private readonly int _count;

    public DeviceLines(int count)
    {
        _count = count;
        Headers.ContentType = MediaTypeHeaderValue.Parse("application/x-ndjson");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var lines = new StringBuilder();
        for (var i = 1; i <= _count; i++)
        {
            lines
                .Append(
                    CultureInfo.InvariantCulture,
                    $$$"""{"userId":"user-{{{i / 2}}}","id":"phone-{{{i}}}","platform":"android","token":"{{{i:D64}}}"}"""
                )
                .Append('\n');
            if (i % LinesPerWrite != 0 && i != _count)
                continue;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(lines.ToString()));
            lines.Clear();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
