using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.WebPush;

/// <summary>A browser's subscription: where to push to, and for whom to encrypt.</summary>
internal sealed class PushSubscription
{
    /// <summary>RFC 8291 section 3.2.</summary>
    private const int AuthenticationSecretLength = 16;

    private PushSubscription(Uri endpoint, byte[] publicKey, byte[] authenticationSecret) =>
        (Endpoint, PublicKey, AuthenticationSecret) = (endpoint, publicKey, authenticationSecret);

    public Uri Endpoint { get; }

    /// <summary>
    /// The browser's public key, an uncompressed point of P-256. Whether it lies on the curve is seen when it is used.
    /// </summary>
    public byte[] PublicKey { get; }

    public byte[] AuthenticationSecret { get; }

    /// <summary>
    /// Reads an address. <paramref name="error"/> never repeats it: whoever has an endpoint and its keys can push to it.
    /// </summary>
    public static PushSubscription? Parse(string address, bool allowHttp, out string? error)
    {
        if (!TryDeserialize(address, out var json))
            error = "the address is no push subscription in JSON";
        else if (Base64UrlText.Decode(json.Keys.P256dh, Point.Length) is not { } publicKey || !Point.IsUncompressed(publicKey))
            error = "the subscription's key p256dh is no point of P-256 in base64";
        else if (Base64UrlText.Decode(json.Keys.Auth, AuthenticationSecretLength) is not { } secret)
            error = "the subscription's key auth is not 16 bytes in base64";
        else if (EndpointOf(json, allowHttp) is not { } endpoint)
            error = $"the subscription's endpoint is no {(allowHttp ? "http or https" : "https")} URL";
        else
        {
            error = null;
            return new PushSubscription(endpoint, publicKey, secret);
        }

        return null;
    }

    private static Uri? EndpointOf(SubscriptionJson json, bool allowHttp) =>
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
