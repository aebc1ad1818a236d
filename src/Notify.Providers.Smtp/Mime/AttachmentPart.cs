using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Text;

namespace Notify.Providers.Smtp.Mime;

/// <summary>
/// Writes a file or an inline image as base64 (RFC 2045 section 6.8), a few lines at a time, so that the encoded text is never in
/// memory as a whole.
/// </summary>
internal static class AttachmentPart
{
    private const int LineBytes = 57;
    private const int LineLength = 76;
    private const int LinesPerFlush = 400;

    private const string UnknownType = "application/octet-stream";
    private const string UnknownName = "attachment";

    private const int MaxMediaTypeLength = 256;
    private const int MaxNameLineLength = 60;

    /// <summary>Finds the reason why an email cannot contain an attachment; null when it can.</summary>
    public static string? FindProblem(Attachment attachment)
    {
        // A file that is fetched later may get its name and its type from the server.
        if (!IsMediaType(attachment.MediaType ?? DefaultType(attachment)))
            return "an attachment has an invalid media type; use the form application/pdf";
        var name = attachment.FileName ?? (attachment.Url is null ? "" : UnknownName);
        return string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl) ? "an attachment has an invalid file name" : null;
    }

    private static string DefaultType(Attachment attachment) => attachment.Url is null ? "" : UnknownType;

    public static async ValueTask WriteAsync(Attachment attachment, PipeWriter output, CancellationToken cancellationToken)
    {
        WriteHeaders(attachment, output);
        await WriteBytesAsync(attachment.Bytes, output, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes an image that the HTML refers to by its content id (RFC 2392).</summary>
    public static async ValueTask WriteAsync(InlineImage image, PipeWriter output, CancellationToken cancellationToken)
    {
        Encoding.ASCII.GetBytes(
            $"Content-Type: {image.MediaType}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: inline\r\n"
                + $"Content-ID: <{image.ContentId}>\r\n\r\n",
            output
        );
        await WriteBytesAsync(image.Bytes, output, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask WriteBytesAsync(
        ReadOnlyMemory<byte> bytes,
        PipeWriter output,
        CancellationToken cancellationToken
    )
    {
        while (!bytes.IsEmpty)
        {
            var chunk = Math.Min(bytes.Length, LineBytes * LinesPerFlush);
            WriteLines(output, bytes.Span[..chunk]);
            bytes = bytes[chunk..];
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsMediaType(string text) =>
        text.Length <= MaxMediaTypeLength
        && !text.AsSpan().ContainsAnyExceptInRange(' ', '~')
        && MediaTypeHeaderValue.TryParse(text, out _);

    private static void WriteHeaders(Attachment attachment, IBufferWriter<byte> output)
    {
        // RFC 2045 section 6.4: base64 is not allowed for a message or multipart, so it is sent as a file of unknown type.
        var mediaType = attachment.MediaType ?? UnknownType;
        var isComposite =
            mediaType.StartsWith("message/", StringComparison.OrdinalIgnoreCase)
            || mediaType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase);
        output.Write("Content-Type: "u8);
        Encoding.ASCII.GetBytes(isComposite ? UnknownType : mediaType, output);
        output.Write("\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment"u8);
        WriteFileName(attachment.FileName ?? UnknownName, output);
        output.Write("\r\n\r\n"u8);
    }

    // RFC 2231. A long name is split into numbered pieces.
    private static void WriteFileName(string name, IBufferWriter<byte> output)
    {
        if (IsPlain(name))
        {
            Encoding.ASCII.GetBytes($";\r\n filename=\"{name}\"", output);
            return;
        }

        var encoded = Uri.EscapeDataString(name);
        if (encoded.Length <= MaxNameLineLength)
        {
            Encoding.ASCII.GetBytes($";\r\n filename*=utf-8''{encoded}", output);
            return;
        }

        for (var (piece, start) = (0, 0); start < encoded.Length; piece++)
        {
            var length = GetPieceLength(encoded.AsSpan(start));
            var charset = piece == 0 ? "utf-8''" : "";
            Encoding.ASCII.GetBytes($";\r\n filename*{piece}*={charset}{encoded.AsSpan(start, length)}", output);
            start += length;
        }
    }

    // Some mail programs decode text that looks like an encoded word (RFC 2047) even here.
    private static bool IsPlain(string name) =>
        name.Length <= MaxNameLineLength
        && !name.AsSpan().ContainsAnyExceptInRange(' ', '~')
        && !name.AsSpan().ContainsAny('"', '\\')
        && !name.Contains("=?", StringComparison.Ordinal);

    // Mail programs decode each piece separately, so it must consist of whole characters.
    private static int GetPieceLength(ReadOnlySpan<char> encoded)
    {
        var length = Math.Min(encoded.Length, MaxNameLineLength);
        while (length < encoded.Length && !IsCharacterStart(encoded, length))
            length--;
        return length;
    }

    private static bool IsCharacterStart(ReadOnlySpan<char> encoded, int index) =>
        encoded[index - 1] != '%' && encoded[index - 2] != '%' && encoded[index..] is not ['%', '8' or '9' or 'A' or 'B', ..];

    private static void WriteLines(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var line = bytes[..Math.Min(LineBytes, bytes.Length)];
            Base64.EncodeToUtf8(line, output.GetSpan(LineLength), out _, out var length);
            output.Advance(length);
            output.Write("\r\n"u8);
            bytes = bytes[line.Length..];
        }
    }
}
