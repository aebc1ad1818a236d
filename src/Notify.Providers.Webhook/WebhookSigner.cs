using System.Buffers;
using System.Security.Cryptography;
using System.Text.Unicode;

namespace Notify.Providers.Webhook;

/// <summary>
/// Signs by the symmetric scheme <c>v1</c> of the Standard Webhooks specification: HMAC-SHA256 over <c>id.timestamp.body</c>.
/// </summary>
internal sealed class WebhookSigner(WebhookOptions options)
{
    private readonly byte[] _key = WebhookSecret.KeyOf(options.Secret!)!;
    private readonly byte[]? _previousKey = WebhookSecret.KeyOf(options.PreviousSecret ?? "");

    /// <summary>
    /// The header <c>webhook-signature</c>: a signature for each secret that receivers may have, separated by a space.
    /// </summary>
    public string Sign(string id, string timestamp, ReadOnlySpan<byte> body) =>
        _previousKey is null
            ? Sign(_key, id, timestamp, body)
            : $"{Sign(_key, id, timestamp, body)} {Sign(_previousKey, id, timestamp, body)}";

    private static string Sign(byte[] key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        var signed = ArrayPool<byte>.Shared.Rent(id.Length + timestamp.Length + 2 + body.Length);
        Utf8.TryWrite(signed, $"{id}.{timestamp}.", out var length);
        body.CopyTo(signed.AsSpan(length));
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, signed.AsSpan(0, length + body.Length), signature);
        ArrayPool<byte>.Shared.Return(signed);
        return $"v1,{Convert.ToBase64String(signature)}";
    }
}
