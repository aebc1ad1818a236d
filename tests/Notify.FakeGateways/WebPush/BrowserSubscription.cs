using System.Security.Cryptography;
using System.Text;

namespace Notify.FakeGateways.WebPush;

/// <summary>A subscription as the browser keeps it, with the private key.</summary>
public sealed class BrowserSubscription : IDisposable
{
    private readonly ECDiffieHellman _key;
    private readonly byte[] _secret;

    internal BrowserSubscription(Uri origin, string? applicationServerKey)
        : this(
            origin,
            applicationServerKey,
            ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256),
            RandomNumberGenerator.GetBytes(16)
        ) { }

    /// <param name="origin">The address of the push service.</param>
    /// <param name="applicationServerKey">The only VAPID key that may be used to send to it, or null for any key.</param>
    /// <param name="key">The browser's key pair.</param>
    /// <param name="secret">The authentication secret.</param>
    public BrowserSubscription(Uri origin, string? applicationServerKey, ECDiffieHellman key, byte[] secret)
    {
        (_key, _secret) = (key, secret);
        ApplicationServerKey = applicationServerKey;
        Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        Endpoint = new Uri(origin, $"push/{Id}");
    }

    /// <summary>The last part of the endpoint.</summary>
    public string Id { get; }

    /// <summary>The URL that messages are sent to.</summary>
    public Uri Endpoint { get; }

    /// <summary>The only VAPID key that may be used to send to it, or null for any key.</summary>
    public string? ApplicationServerKey { get; }

    /// <summary>
    /// The status that the push service answers after the subscription has ended (404 or 410), or null while it is active.
    /// </summary>
    public int? GoneStatus { get; set; }

    /// <summary>The fault with which all messages to it fail, or null for none.</summary>
    public PushFault? Fault { get; set; }

    /// <summary>The result of <c>JSON.stringify(subscription)</c> in the browser.</summary>
    public string Json =>
        $$$"""{"endpoint":"{{{Endpoint}}}","expirationTime":null,"""
        + $$$"""
            "keys":{"p256dh":"{{{Encode(PublicKey)}}}","auth":"{{{Encode(_secret)}}}"}}
            """;

    private byte[] PublicKey => EncodePoint(_key.ExportParameters(includePrivateParameters: false).Q);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>Decrypts a message as RFC 8291 section 3.4 requires of browsers.</summary>
    public string Decrypt(byte[] body)
    {
        var message = Aes128GcmMessage.Parse(body);
        if (message.KeyId.Length != 65 || message.Records.Length > message.RecordSize)
            throw new PushRefusal(400, 110, "The message must be a single record with the sender's key as its key id.");
        byte[] info = [.. "WebPush: info\0"u8, .. PublicKey, .. message.KeyId, 1];
        var combined = HMACSHA256.HashData(HMACSHA256.HashData(_secret, SharedSecret(message.KeyId)), info);
        return Encoding.UTF8.GetString(message.Decrypt(combined));
    }

    private byte[] SharedSecret(byte[] senderKey)
    {
        using var sender = ECDiffieHellman.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = senderKey[1..33], Y = senderKey[33..] },
            }
        );
        return _key.DeriveRawSecretAgreement(sender.PublicKey);
    }

    private static byte[] EncodePoint(ECPoint point) => [4, .. point.X!, .. point.Y!];

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').TrimEnd('=');
}
