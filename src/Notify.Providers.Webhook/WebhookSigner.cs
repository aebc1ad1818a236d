using System.Security.Cryptography;
using System.Text;

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
    public string Sign(string id, string timestamp, ReadOnlySpan<byte> body) => _previousKey is null
        ? Sign(_key, id, timestamp, body)
        : $"{Sign(_key, id, timestamp, body)} {Sign(_previousKey, id, timestamp, body)}";

    // In two parts, because the body alone is what is sent: one piece would take a second buffer as large.
    private static string Sign(byte[] key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.ASCII.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        hmac.GetHashAndReset(signature);
        return $"v1,{Convert.ToBase64String(signature)}";
    }
}
