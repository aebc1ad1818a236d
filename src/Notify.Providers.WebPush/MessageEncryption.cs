using System.Security.Cryptography;

namespace Notify.Providers.WebPush;

/// <summary>Message Encryption for Web Push (RFC 8291): only the browser that subscribed can read a message.</summary>
internal static class MessageEncryption
{
    /// <summary>What precedes the plaintext; the sender's public key is the key id.</summary>
    public const int HeaderLength = ContentCoding.Overhead - ContentCoding.TrailerLength + Point.Length;

    /// <summary>What follows the plaintext.</summary>
    public const int TrailerLength = ContentCoding.TrailerLength;

    /// <summary>
    /// RFC 8030 section 7.2 has push services take a body of 4096 bytes; 3993 of them are plaintext (RFC 8291 section 4).
    /// </summary>
    public const int MaxPlaintextLength = 4096 - HeaderLength - TrailerLength;

    private const int InputKeyLength = 32;

    /// <summary>Encrypts in place; false when the subscription's key is no point of the curve.</summary>
    /// <param name="body">Room for the header, the plaintext, and room for the trailer.</param>
    /// <param name="subscription">For whom.</param>
    /// <remarks>
    /// RFC 8291 section 3.1 asks for a new key pair for each message. Making it, importing the browser's key and agreeing on the
    /// secret take about a third of a message's time each; everything else is small beside them.
    /// </remarks>
    public static bool TryEncrypt(Span<byte> body, PushSubscription subscription)
    {
        Span<byte> salt = stackalloc byte[ContentCoding.SaltLength];
        RandomNumberGenerator.Fill(salt);
        using var sender = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return TryEncrypt(body, subscription, sender, salt);
    }

    /// <summary>The same with a key pair and salt that are given, as in the examples of the RFC.</summary>
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

    /// <summary>Gets whether the subscription's key is a point of the curve.</summary>
    public static bool IsOnTheCurve(PushSubscription subscription)
    {
        using var key = TryImport(subscription.PublicKey);
        return key is not null;
    }

    // Section 3.3: the secret of both key pairs, combined with the one that only browser and application know.
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
            return ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = Point.Of(point) });
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
