using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Notify.Providers.Http;

namespace Notify.Providers.Webhook;

/// <summary>A receiver: a tenant, and one of its URLs in the form in which URLs are compared.</summary>
internal readonly record struct WebhookEndpoint(string Tenant, string Url)
{
    private const int KeyLength = 32;

    /// <summary>
    /// Parses a URL that a delivery goes to. Scheme and host have no case, and neither the default port nor a fragment makes
    /// another endpoint. The path and the query are compared as they were given, because that is how they are called.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="url">The URL.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="uri">The URL to call, as it was given.</param>
    public static bool TryParse(string tenant, string url, out WebhookEndpoint endpoint, [NotNullWhen(true)] out Uri? uri)
    {
        endpoint = default;
        if (!RequestUri.TryParse(url, out uri) || uri.Scheme is not ("http" or "https"))
            return false;

        var host = uri.HostNameType == UriHostNameType.Dns ? uri.IdnHost.ToLowerInvariant() : uri.Host;
        var port = uri.IsDefaultPort ? "" : $":{uri.Port}";
        endpoint = new WebhookEndpoint(tenant, $"{uri.Scheme}://{host}{port}{uri.PathAndQuery}");
        return true;
    }

    /// <summary>Derives the endpoint's key from a provider's master key, so that no key is stored (RFC 5869).</summary>
    public byte[] DeriveKey(ReadOnlySpan<byte> masterKey, int version)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, version);
        byte[] info = [.. Encode("notify webhook endpoint"), .. Encode(Tenant), .. Encode(Url), .. number];
        var key = new byte[KeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, masterKey, key, salt: [], info);
        return key;
    }

    /// <summary>
    /// Creates the name under which the store keeps the endpoint's rotations. A hash, because a URL may hold a token.
    /// </summary>
    public string CreateName(string provider) => CreateName("webhook-endpoint", provider, Tenant, Url);

    /// <summary>
    /// Creates the name under which the store keeps the time at which an endpoint of a provider was last rotated.
    /// </summary>
    public static string CreateProviderName(string provider) => CreateName("webhook-rotations", provider);

    private static string CreateName(string kind, params IEnumerable<string> parts) =>
        $"{kind}/{Base64Url.EncodeToString(SHA256.HashData([.. parts.SelectMany(Encode)]))}";

    // Each part is preceded by its length, so it cannot be mistaken for the end of the previous part.
    private static byte[] Encode(string part)
    {
        var bytes = new byte[sizeof(int) + Encoding.UTF8.GetByteCount(part)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - sizeof(int));
        Encoding.UTF8.GetBytes(part, bytes.AsSpan(sizeof(int)));
        return bytes;
    }
}
