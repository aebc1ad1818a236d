using System.Buffers;
using System.Buffers.Text;

namespace Notify.Providers.WebPush;

/// <summary>
/// Base64 of a known length, in either alphabet of RFC 4648: browsers write the URL-safe one, and some libraries the standard
/// one.
/// </summary>
internal static class Base64UrlText
{
    /// <summary>Gets the bytes, or null when the text is not base64 of that many.</summary>
    public static byte[]? Decode(string? text, int length)
    {
        if (text.AsSpan().ContainsAny('+', '/'))
            text = text!.Replace('+', '-').Replace('/', '_');
        var bytes = new byte[length];
        var status = Base64Url.DecodeFromChars(text, bytes, out _, out var written);
        return status == OperationStatus.Done && written == length ? bytes : null;
    }
}
