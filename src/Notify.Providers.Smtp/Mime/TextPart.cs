using System.Buffers;
using System.Text;

namespace Notify.Providers.Smtp.Mime;

/// <summary>Writes text: unchanged if every server can relay it, otherwise as quoted-printable.</summary>
internal static class TextPart
{
    /// <summary>The limit of RFC 5322 section 2.1.1, without the line break.</summary>
    private const int MaxLineLength = 998;

    private static readonly SearchValues<char> PlainCharacters = SearchValues.Create([
        .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c),
        '\t',
        '\r',
        '\n',
    ]);

    /// <param name="output">Receives the part with its headers.</param>
    /// <param name="mediaType">The media type, without parameters.</param>
    /// <param name="text">The text. Its line breaks become CRLF.</param>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> mediaType, string text)
    {
        var isPlain = IsPlain(text);
        output.Write("Content-Type: "u8);
        output.Write(mediaType);
        output.Write("; charset=utf-8\r\nContent-Transfer-Encoding: "u8);
        output.Write(isPlain ? "7bit\r\n\r\n"u8 : "quoted-printable\r\n\r\n"u8);
        if (isPlain)
            WritePlain(output, text);
        else
            WriteQuoted(output, text);
        output.Write("\r\n"u8);
    }

    private static bool IsPlain(string text)
    {
        if (text.AsSpan().ContainsAnyExcept(PlainCharacters))
            return false;

        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.Length > MaxLineLength || line is ['.', ..] or [.., ' ' or '\t'])
                return false;
        }

        return true;
    }

    private static void WritePlain(IBufferWriter<byte> output, string text)
    {
        var isFirst = true;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (!isFirst)
                output.Write("\r\n"u8);
            Encoding.ASCII.GetBytes(line, output);
            isFirst = false;
        }
    }

    private static void WriteQuoted(IBufferWriter<byte> output, string text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        QuotedPrintable.Write(output, bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
