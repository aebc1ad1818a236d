using System.Buffers;
using System.Buffers.Text;

namespace Notify.Providers.WebPush;

/// <summary>Base64url (RFC 4648 section 5) of a known length.</summary>
internal static class Base64UrlText
{
    /// <summary>The bytes, or null when the text is no base64url of that many.</summary>
    public static byte[]? Decode(string? text, int length)
    {
        var bytes = new byte[length];
        var status = Base64Url.DecodeFromChars(text, bytes, out _, out var written);
        return status == OperationStatus.Done && written == length ? bytes : null;
    }
}
