using System.Security.Cryptography;

namespace Notify.Providers.WebPush;

/// <summary>
/// Encrypts messages for Web Push (RFC 8291), so that only the browser that subscribed can read them.
/// </summary>
internal static class MessageEncryption
{
    /// <summary>The length of the header before the plaintext. The sender's public key serves as the key id.</summary>
    public const int HeaderLength = ContentCoding.Overhead - ContentCoding.TrailerLength + Point.Length;

    /// <summary>The length of the trailer after the plaintext.</summary>
    public const int TrailerLength = ContentCoding.TrailerLength;

    /// <summary>
    /// The maximum length of a plaintext. Push services must accept bodies of 4096 bytes (RFC 8030, section 7.2), of which 3993
    /// are plaintext (RFC 8291, section 4).
    /// </summary>
    public const int MaxPlaintextLength = 4096 - HeaderLength - TrailerLength;

    private const int InputKeyLength = 32;

    /// <summary>Encrypts a body in place. Returns false if the subscription's key is not a point on the curve.</summary>
    /// <param name="body">The plaintext, with space for the header before it and for the trailer after it.</param>
    /// <param name="subscription">The subscription of the receiver.</param>
    /// <remarks>
    /// RFC 8291, section 3.1, requires a new key pair for each message. Creating it, importing the browser's key and computing
    /// the shared secret each take about a third of the time; everything else is negligible.
    /// </remarks>
    public static bool TryEncrypt(Span<byte> body, PushSubscription subscription)
    {
        Span<byte> salt = stackalloc byte[ContentCoding.SaltLength];
        RandomNumberGenerator.Fill(salt);
        using var sender = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return TryEncrypt(body, subscription, sender, salt);
    }

    /// <summary>Encrypts a body in place with the given key pair and salt, for the examples of the RFC.</summary>
    public static bool TryEncrypt(Span<byte> body, PushSubscription subscription, ECDiffieHellman sender, ReadOnlySpan<byte> salt)
    {
        using var receiver = TryImport(subscription.PublicKey);
        if (receiver is null)
            return false;

        Span<byte> senderKey = stackalloc byte[Point.Length];
        Point.Write(sender.ExportParameters(includePrivateParameters: false).Q, senderKey);
        Span<byte> inputKey = stackalloc byte[InputKeyLength];
        DeriveInputKey(sender, senderKey, receiver, subscription, inputKey);
        ContentCoding.Encrypt(body, inputKey, salt, senderKey);
        return true;
    }

    /// <summary>Returns whether the subscription's key is a point on the curve.</summary>
    public static bool IsOnCurve(PushSubscription subscription)
    {
        using var key = TryImport(subscription.PublicKey);
        return key is not null;
    }

    // Section 3.3: combines the shared secret of both key pairs with the authentication secret, which only the browser and the
    // application know. The push service has seen neither, so it cannot read the message.
    private static void DeriveInputKey(
        ECDiffieHellman sender,
        ReadOnlySpan<byte> senderKey,
        ECDiffieHellman receiver,
        PushSubscription subscription,
        Span<byte> inputKey
    )
    {
        using var receiverKey = receiver.PublicKey;
        var shared = sender.DeriveRawSecretAgreement(receiverKey);
        ReadOnlySpan<byte> label = "WebPush: info\0"u8;
        Span<byte> info = stackalloc byte[label.Length + (2 * Point.Length)];
        label.CopyTo(info);
        subscription.PublicKey.CopyTo(info[label.Length..]);
        senderKey.CopyTo(info[(label.Length + Point.Length)..]);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, inputKey, subscription.AuthenticationSecret, info);
        CryptographicOperations.ZeroMemory(shared);
    }

    private static ECDiffieHellman? TryImport(byte[] point)
    {
        try
        {
            return ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = Point.Parse(point) });
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
