using System.Security.Cryptography;

namespace Notify.Providers.Webhook;

/// <summary>
/// Signs by the symmetric scheme <c>v1</c> of the Standard Webhooks specification: HMAC-SHA256 over <c>id.timestamp.body</c>.
/// </summary>
internal sealed class WebhookSigner(WebhookOptions options)
{
    private readonly byte[] _key = WebhookSecret.KeyOf(options.Secret!)!;
    private readonly byte[]? _previousKey = WebhookSecret.KeyOf(options.PreviousSecret ?? "");

    /// <summary>The header <c>webhook-signature</c>: a signature for each secret that receivers may have, separated by a space.</summary>
    public string Sign(ReadOnlySpan<byte> signedContent) =>
        _previousKey is null ? Sign(_key, signedContent) : $"{Sign(_key, signedContent)} {Sign(_previousKey, signedContent)}";

    private static string Sign(byte[] key, ReadOnlySpan<byte> signedContent)
    {
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, signedContent, signature);
        return $"v1,{Convert.ToBase64String(signature)}";
    }
}
