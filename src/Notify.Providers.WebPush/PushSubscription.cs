using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.WebPush;

/// <summary>A browser's subscription: the endpoint to push to and the keys to encrypt with.</summary>
internal sealed class PushSubscription
{
    /// <summary>The length of the authentication secret (RFC 8291, section 3.2).</summary>
    private const int AuthenticationSecretLength = 16;

    private PushSubscription(Uri endpoint, byte[] publicKey, byte[] authenticationSecret) =>
        (Endpoint, PublicKey, AuthenticationSecret) = (endpoint, publicKey, authenticationSecret);

    public Uri Endpoint { get; }

    /// <summary>
    /// Gets the browser's public key, an uncompressed point of P-256. It is not checked to lie on the curve until it is used.
    /// </summary>
    public byte[] PublicKey { get; }

    public byte[] AuthenticationSecret { get; }

    /// <summary>
    /// Parses an address. Returns null if it is invalid; <paramref name="error"/> then holds the reason. The reason never quotes
    /// the address, because anyone who has an endpoint and its keys can push to it.
    /// </summary>
    public static PushSubscription? Parse(string address, bool allowHttp, out string? error)
    {
        if (!TryDeserialize(address, out var json))
            error = "the address is not a push subscription in JSON";
        else if (Base64UrlText.Decode(json.Keys.P256dh, Point.Length) is not { } publicKey || !Point.IsUncompressed(publicKey))
            error = "the subscription's key p256dh is not a point of P-256 in base64";
        else if (Base64UrlText.Decode(json.Keys.Auth, AuthenticationSecretLength) is not { } secret)
            error = "the subscription's key auth is not 16 bytes in base64";
        else if (ParseEndpoint(json, allowHttp) is not { } endpoint)
            error = $"the subscription's endpoint is not an {(allowHttp ? "http or https" : "https")} URL";
        else
        {
            error = null;
            return new PushSubscription(endpoint, publicKey, secret);
        }

        return null;
    }

    private static Uri? ParseEndpoint(SubscriptionJson json, bool allowHttp) =>
        RequestUri.TryParse(json.Endpoint, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (allowHttp && uri.Scheme == Uri.UriSchemeHttp))
        && uri.UserInfo.Length == 0
            ? uri
            : null;

    private static bool TryDeserialize(string address, [NotNullWhen(true)] out SubscriptionJson? json)
    {
        try
        {
            json = JsonSerializer.Deserialize(address, WebPushJson.Default.SubscriptionJson);
            return json is not null;
        }
        catch (JsonException)
        {
            json = null;
            return false;
        }
    }
}
