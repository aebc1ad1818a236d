using System.Buffers;

namespace Notify.FakeGateways.Smtp;

/// <summary>
/// Reads a message's content: checks its lines and, if the message is kept, collects them without dot-stuffing.
/// </summary>
internal sealed class SmtpContent(int maxSize, bool isEightBit, bool keeps)
{
    /// <summary>The longest line that RFC 5321 section 4.5.3.1.6 allows, without CRLF.</summary>
    private const int MaxLineLength = 998;

    private readonly MemoryStream? _bytes = keeps ? new MemoryStream() : null;
    private long _size;

    public bool HasEnded { get; private set; }

    /// <summary>The reply with which the message is refused, or null while nothing is wrong with it.</summary>
    public string? Refusal { get; private set; }

    public ReadOnlyMemory<byte> Bytes => _bytes?.ToArray();

    /// <returns>The position after the last complete line.</returns>
    public SequencePosition Append(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        while (!HasEnded && reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
            AppendLine(line.IsSingleSegment ? line.FirstSpan : line.ToArray());
        return reader.Position;
    }

    private void AppendLine(ReadOnlySpan<byte> line)
    {
        HasEnded = line is [(byte)'.'];
        if (HasEnded)
            return;

        if (line is [(byte)'.', ..])
            line = line[1..];
        _size += line.Length + 2;
        Refusal ??= FindRefusal(line);
        if (Refusal is null && _bytes is not null)
        {
            _bytes.Write(line);
            _bytes.Write("\r\n"u8);
        }
    }

    private string? FindRefusal(ReadOnlySpan<byte> line)
    {
        if (_size > maxSize)
            return "552 5.3.4 message too big";
        if (line.Length > MaxLineLength)
            return "554 5.6.0 a line is too long";
        if (line.ContainsAny((byte)'\r', (byte)'\n', (byte)0))
            return "554 5.6.0 a bare CR, LF or NUL";
        return !isEightBit && line.ContainsAnyExceptInRange<byte>(0, 127)
            ? "554 5.6.1 8-bit content that MAIL did not announce"
            : null;
    }
}
