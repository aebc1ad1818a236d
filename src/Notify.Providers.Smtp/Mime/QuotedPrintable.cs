using System.Buffers;

namespace Notify.Providers.Smtp.Mime;

/// <summary>
/// Writes text as quoted-printable (RFC 2045 section 6.7). A line never begins with a dot, so that no server on the way can
/// mistake it for the end of the message or remove it.
/// </summary>
internal static class QuotedPrintable
{
    // One less than the 76 characters that are allowed, because a line that continues ends with an equals sign.
    private const int LineLimit = 75;

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        Span<byte> line = stackalloc byte[LineLimit + 3];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is (byte)'\r' or (byte)'\n')
            {
                i += text[i..].StartsWith("\r\n"u8) ? 1 : 0;
                EndLine(output, line, ref length, isSoft: false);
                continue;
            }

            var isLiteral = IsLiteral(text, i);
            if (length + (isLiteral ? 1 : 3) > LineLimit)
                EndLine(output, line, ref length, isSoft: true);
            if (isLiteral && !(length == 0 && text[i] == '.'))
                line[length++] = text[i];
            else
                Escape(text[i], line, ref length);
        }

        output.Write(line[..length]);
    }

    // Servers may remove white space at the end of a line.
    private static bool IsLiteral(ReadOnlySpan<byte> text, int i) =>
        text[i] switch
        {
            (byte)' ' or (byte)'\t' => i + 1 < text.Length && text[i + 1] is not ((byte)'\r' or (byte)'\n'),
            (byte)'=' => false,
            var other => other is > 32 and < 127,
        };

    private static void Escape(byte value, Span<byte> line, ref int length)
    {
        var digits = "0123456789ABCDEF"u8;
        line[length++] = (byte)'=';
        line[length++] = digits[value >> 4];
        line[length++] = digits[value & 15];
    }

    private static void EndLine(IBufferWriter<byte> output, Span<byte> line, ref int length, bool isSoft)
    {
        if (isSoft)
            line[length++] = (byte)'=';
        line[length++] = (byte)'\r';
        line[length++] = (byte)'\n';
        output.Write(line[..length]);
        length = 0;
    }
}
