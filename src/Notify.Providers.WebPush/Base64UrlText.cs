using System.Buffers;
using System.Buffers.Text;

namespace Notify.Providers.WebPush;

/// <summary>
/// Decodes base64 of a known length in either alphabet of RFC 4648. Browsers use the URL-safe alphabet, and some libraries use
/// the standard one.
/// </summary>
internal static class Base64UrlText
{
    /// <summary>Decodes a text. Returns null if it is not base64 of the given number of bytes.</summary>
    public static byte[]? Decode(string? text, int length)
    {
        if (text.AsSpan().ContainsAny('+', '/'))
            text = text!.Replace('+', '-').Replace('/', '_');
        var bytes = new byte[length];
        var status = Base64Url.DecodeFromChars(text, bytes, out _, out var written);
        return status == OperationStatus.Done && written == length ? bytes : null;
    }
}
