using System.Buffers;
using System.Security.Cryptography;
using System.Text.Unicode;

namespace Notify.Providers.Webhook;

/// <summary>
/// Signs by the symmetric scheme <c>v1</c> of the Standard Webhooks specification: HMAC-SHA256 over <c>id.timestamp.body</c>.
/// </summary>
internal static class WebhookSigner
{
    /// <summary>
    /// Creates the header <c>webhook-signature</c>: a signature for each key that the receiver may have, separated by a space.
    /// </summary>
    public static string Sign(ReadOnlySpan<byte[]> keys, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        var signed = ArrayPool<byte>.Shared.Rent(id.Length + timestamp.Length + 2 + body.Length);
        Utf8.TryWrite(signed, $"{id}.{timestamp}.", out var length);
        body.CopyTo(signed.AsSpan(length));
        length += body.Length;

        var header = Sign(keys[0], signed.AsSpan(0, length));
        foreach (var key in keys[1..])
            header = $"{header} {Sign(key, signed.AsSpan(0, length))}";
        ArrayPool<byte>.Shared.Return(signed);
        return header;
    }

    private static string Sign(byte[] key, ReadOnlySpan<byte> signed)
    {
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, signed, signature);
        return $"v1,{Convert.ToBase64String(signature)}";
    }
}
