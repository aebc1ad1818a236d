using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Notify.FakeGateways.Smtp;

/// <summary>Reads lines that end in CRLF and writes replies.</summary>
internal sealed class SmtpLines(Stream stream)
{
    /// <summary>The longest line that any command may have. It is that of AUTH (RFC 4954 section 4).</summary>
    private const int MaxCommandLength = 12_288;

    private readonly PipeReader _input = PipeReader.Create(stream, new(bufferSize: 16 * 1024, leaveOpen: true));
    private readonly PipeWriter _output = PipeWriter.Create(stream, new(leaveOpen: true));

    public Stream Stream => stream;

    /// <summary>Whether the client has sent something that has not been read yet.</summary>
    public bool HasMore
    {
        get
        {
            if (!_input.TryRead(out var read))
                return false;
            _input.AdvanceTo(read.Buffer.Start);
            return !read.Buffer.IsEmpty;
        }
    }

    /// <returns>The line without CRLF, or null if the client has closed the connection.</returns>
    public async ValueTask<string?> ReadAsync(CancellationToken stopping)
    {
        while (true)
        {
            var read = await _input.ReadAsync(stopping);
            if (TryTakeLine(read.Buffer, out var line))
                return line;
            if (read.IsCompleted || read.Buffer.Length > MaxCommandLength)
                return null;
            _input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Reads a message up to the line that consists of a dot.</summary>
    /// <returns>False if the client has closed the connection.</returns>
    public async ValueTask<bool> ReadContentAsync(SmtpContent content, CancellationToken stopping)
    {
        while (true)
        {
            var read = await _input.ReadAsync(stopping);
            var rest = content.Append(read.Buffer);
            _input.AdvanceTo(rest, read.Buffer.End);
            if (content.HasEnded)
                return true;
            if (read.IsCompleted)
                return false;
        }
    }

    /// <summary>
    /// Writes a reply. If the client has already sent more (pipelining), the reply is sent together with the next one.
    /// </summary>
    public async ValueTask ReplyAsync(string reply, CancellationToken stopping)
    {
        Encoding.ASCII.GetBytes(reply, _output);
        _output.Write("\r\n"u8);
        if (!HasMore)
            await _output.FlushAsync(stopping);
    }

    public async ValueTask FlushAsync(CancellationToken stopping) => await _output.FlushAsync(stopping);

    private bool TryTakeLine(ReadOnlySequence<byte> buffer, out string? line)
    {
        var reader = new SequenceReader<byte>(buffer);
        line = null;
        if (!reader.TryReadTo(out ReadOnlySequence<byte> bytes, "\r\n"u8))
            return false;

        line = Encoding.UTF8.GetString(bytes);
        _input.AdvanceTo(reader.Position);
        return true;
    }
}
