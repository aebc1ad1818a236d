using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace Notify.Load.Many;

/// <summary>
/// Reads the lines of a response over HTTP/1.1 while the request is still being sent, which <see cref="HttpClient"/> does only
/// over HTTP/2.
/// </summary>
internal sealed class ChunkedBody(Stream connection)
{
    private readonly PipeReader _pipe = PipeReader.Create(connection);
    private readonly ArrayBufferWriter<byte> _line = new(256);

    /// <summary>Reads the head of the response, and returns its status line.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var status = await ReadTextLineAsync();
        while ((await ReadTextLineAsync()).Length > 0) { }
        return status;
    }

    /// <summary>
    /// Passes each line to <paramref name="handle"/>. Returns false if the connection ends before the response does.
    /// </summary>
    public async Task<bool> ReadLinesAsync(Action<ReadOnlySpan<byte>> handle)
    {
        try
        {
            while (int.Parse(await ReadTextLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
            {
                await ReadChunkAsync(size, handle);
                await ReadTextLineAsync();
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task ReadChunkAsync(int size, Action<ReadOnlySpan<byte>> handle)
    {
        while (size > 0)
        {
            var read = await _pipe.ReadAsync();
            if (read.Buffer.IsEmpty && read.IsCompleted)
                throw new IOException("The connection has ended.");
            var part = read.Buffer.Slice(0, Math.Min(size, read.Buffer.Length));
            foreach (var memory in part)
                Take(memory.Span, handle);
            size -= (int)part.Length;
            _pipe.AdvanceTo(part.End);
        }
    }

    private void Take(ReadOnlySpan<byte> bytes, Action<ReadOnlySpan<byte>> handle)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            _line.Write(bytes[..end]);
            handle(_line.WrittenSpan);
            _line.ResetWrittenCount();
            bytes = bytes[(end + 1)..];
        }

        _line.Write(bytes);
    }

    private async Task<string> ReadTextLineAsync()
    {
        while (true)
        {
            var read = await _pipe.ReadAsync();
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.ASCII.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                _pipe.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            _pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                throw new IOException("The connection has ended.");
        }
    }
}
