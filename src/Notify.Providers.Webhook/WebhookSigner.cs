using System.Security.Cryptography;
using System.Text.Unicode;

namespace Notify.Providers.Webhook;

/// <summary>
/// Signs by the symmetric scheme <c>v1</c> of the Standard Webhooks specification: HMAC-SHA256 over <c>id.timestamp.body</c>.
/// </summary>
internal static class WebhookSigner
{
    /// <summary>The longest <c>id.timestamp.</c>: an id has 36 characters, a timestamp at most 20.</summary>
    private const int MaxPrefixLength = 64;

    /// <summary>
    /// Creates the header <c>webhook-signature</c>: a signature for each key that the receiver may have, separated by a space.
    /// </summary>
    public static string Sign(ReadOnlySpan<SigningKey> keys, Guid id, string timestamp, ReadOnlySpan<byte> body)
    {
        Span<byte> prefix = stackalloc byte[MaxPrefixLength];
        Utf8.TryWrite(prefix, $"{id}.{timestamp}.", out var length);

        var header = Sign(keys[0], prefix[..length], body);
        foreach (var key in keys[1..])
            header = $"{header} {Sign(key, prefix[..length], body)}";
        return header;
    }

    private static string Sign(SigningKey key, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> body)
    {
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        key.Sign(prefix, body, signature);
        return $"v1,{Convert.ToBase64String(signature)}";
    }
}
