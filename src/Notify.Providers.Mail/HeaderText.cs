using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Notify.Providers.Mail;

/// <summary>
/// Writes the text of mail headers, folded at 76 characters (RFC 5322 section 2.2.3). Characters other than printable ASCII are
/// written as encoded words (RFC 2047), line breaks included, so that no text can end its header.
/// </summary>
public static class HeaderText
{
    private const int LineLimit = 76;
    private const int EncodedWordOverhead = 12;
    private const int MaxEncodedBytes = 45;

    private static readonly SearchValues<char> PhraseCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~ "
    );

    /// <summary>Writes the text of a header after its name.</summary>
    /// <param name="output">The message, which ends with the header's name.</param>
    /// <param name="text">The text.</param>
    /// <param name="column">The length of the name.</param>
    public static void Write(IBufferWriter<byte> output, string text, int column)
    {
        if (IsPlain(text))
            WriteFolded(output, text, column);
        else
            WriteEncodedWords(output, text, column);
    }

    /// <summary>
    /// Writes a header that the content contains. ASCII is only folded and not encoded, because programs read such values and not
    /// all of them decode encoded words.
    /// </summary>
    /// <param name="output">The message.</param>
    /// <param name="name">The header's name.</param>
    /// <param name="value">Its value.</param>
    /// <remarks>A name of 50 characters leaves space on its line for an encoded word of a character or two.</remarks>
    public static void WriteHeader(IBufferWriter<byte> output, string name, string value)
    {
        Encoding.ASCII.GetBytes($"{name}: ", output);
        var column = name.Length + 2;
        if (!value.AsSpan().ContainsAnyExceptInRange(' ', '~') && !value.Contains("=?", StringComparison.Ordinal))
            WriteFolded(output, value, column);
        else
            WriteEncodedWords(output, value, column);

        output.Write("\r\n"u8);
    }

    /// <summary>Writes the display name of a mailbox, and a separator.</summary>
    /// <param name="output">The message.</param>
    /// <param name="name">The display name.</param>
    /// <param name="column">The length of the line so far.</param>
    public static void WriteName(IBufferWriter<byte> output, string name, int column)
    {
        if (IsPlain(name) && !name.AsSpan().ContainsAnyExcept(PhraseCharacters))
            WriteFolded(output, name, column);
        else if (IsPlain(name) && name.Length < LineLimit - column)
            Encoding.ASCII.GetBytes($"\"{Escape(name)}\"", output);
        else
            WriteEncodedWords(output, name, column);
        output.Write("\r\n "u8);
    }

    private static string Escape(string name) =>
        name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static bool IsPlain(string text)
    {
        if (text.AsSpan().ContainsAnyExceptInRange(' ', '~') || text.Contains("=?", StringComparison.Ordinal))
            return false;

        // A fold is read as a single space, so text with several spaces in a row would be changed.
        foreach (var word in text.AsSpan().Split(' '))
        {
            if (text.AsSpan(word) is { IsEmpty: true } or { Length: >= LineLimit })
                return text.Length == 0;
        }

        return true;
    }

    private static void WriteFolded(IBufferWriter<byte> output, string text, int column)
    {
        var isFirst = true;
        foreach (var range in text.AsSpan().Split(' '))
        {
            var word = text.AsSpan(range);
            // Some mail programs take a line that contains only white space for the end of the header.
            if (!isFirst && !word.IsEmpty && column + 1 + word.Length > LineLimit)
            {
                output.Write("\r\n"u8);
                column = 0;
            }

            if (!isFirst)
                output.Write(" "u8);
            Encoding.ASCII.GetBytes(word, output);
            column += word.Length + (isFirst ? 0 : 1);
            isFirst = false;
        }
    }

    private static void WriteEncodedWords(IBufferWriter<byte> output, ReadOnlySpan<char> text, int column)
    {
        while (!text.IsEmpty)
        {
            var room = Math.Min(MaxEncodedBytes, (LineLimit - column - EncodedWordOverhead) / 4 * 3);
            text = text[WriteEncodedWord(output, text, room)..];
            if (!text.IsEmpty)
                output.Write("\r\n "u8);
            column = 1;
        }
    }

    /// <returns>The length of the text that was written, in whole characters (RFC 2047 section 5).</returns>
    private static int WriteEncodedWord(IBufferWriter<byte> output, ReadOnlySpan<char> text, int room)
    {
        Span<byte> utf8 = stackalloc byte[MaxEncodedBytes];
        var (taken, written) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (written + rune.Utf8SequenceLength > room)
                break;
            written += rune.EncodeToUtf8(utf8[written..]);
            taken += rune.Utf16SequenceLength;
        }

        output.Write("=?utf-8?B?"u8);
        Base64.EncodeToUtf8(utf8[..written], output.GetSpan(Base64.GetMaxEncodedToUtf8Length(written)), out _, out var length);
        output.Advance(length);
        output.Write("?="u8);
        return taken;
    }
}
