using System.Buffers.Text;
using Notify.Providers.Mail;

namespace Notify.Providers.Smtp.Wire;

/// <summary>
/// Reads replies from a stream into a buffer of fixed size. A longer reply ends the conversation, so that a server cannot exhaust
/// the memory.
/// </summary>
internal sealed class SmtpReplyReader
{
    // RFC 5321 section 4.5.3.1.5 limits a line to 512 octets. Only the reply to EHLO has many lines, of 10 to 50 octets each.
    private const int MaxReplyLength = 8 * 1024;

    private const int CodeLength = 3;

    private readonly byte[] _buffer = new byte[MaxReplyLength];
    private int _start;
    private int _end;

    /// <summary>Gets whether the server has sent more than the replies that were read.</summary>
    public bool HasMore => _start < _end;

    /// <exception cref="MalformedReplyException">The data is not an SMTP reply.</exception>
    /// <exception cref="IOException">The connection was lost.</exception>
    public async ValueTask<SmtpReply> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        SmtpReply reply;
        while (!TryTake(out reply))
            await FillAsync(stream, cancellationToken).ConfigureAwait(false);
        return reply;
    }

    private bool TryTake(out SmtpReply reply)
    {
        reply = default;
        int? code = null;
        for (var position = _start; ; )
        {
            var length = _buffer.AsSpan(position, _end - position).IndexOf((byte)'\n') + 1;
            if (length == 0)
                return false;

            var line = _buffer.AsSpan(position, length).TrimEnd("\r\n"u8);
            position += length;
            if (line.IsEmpty && code is null)
            {
                // Some servers and proxies send an empty line before a reply.
                _start = position;
                continue;
            }

            if (ParseCode(line) is var lineCode && (code ??= lineCode) != lineCode)
                throw new MalformedReplyException();
            if (line.Length > CodeLength && line[CodeLength] == '-')
                continue;

            reply = new SmtpReply(lineCode, EnhancedCode.ReadFrom(GetText(line)), _buffer.AsMemory(_start, position - _start));
            _start = position;
            return true;
        }
    }

    private static int ParseCode(ReadOnlySpan<byte> line) =>
        Utf8Parser.TryParse(line, out int code, out var length)
        && length == CodeLength
        && code >= 100
        && (line.Length == CodeLength || line[CodeLength] is (byte)' ' or (byte)'-' or (byte)'\t')
            ? code
            : throw new MalformedReplyException();

    private static ReadOnlySpan<byte> GetText(ReadOnlySpan<byte> line) =>
        line.Length > CodeLength ? line[(CodeLength + 1)..] : default;

    private async ValueTask FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
            throw new MalformedReplyException();
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        if (read == 0)
            throw new EndOfStreamException();
        _end += read;
    }
}
