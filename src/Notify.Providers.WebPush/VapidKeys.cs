using System.Security.Cryptography;

namespace Notify.Providers.WebPush;

/// <summary>
/// The key pair that an application identifies itself with (RFC 8292), in the form that Web Push libraries generate it.
/// </summary>
internal static class VapidKeys
{
    private const int PrivateKeyLength = 32;

    public static bool IsPublicKey(string text) =>
        Base64UrlText.Decode(text, Point.Length) is { } point && Point.IsUncompressed(point);

    public static bool IsPrivateKey(string text) => Base64UrlText.Decode(text, PrivateKeyLength) is not null;

    /// <summary>The pair, or null when the two do not belong together.</summary>
    public static ECDsa? TryImport(string publicKey, string privateKey)
    {
        var parameters = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            D = Base64UrlText.Decode(privateKey, PrivateKeyLength),
            Q = Point.Of(Base64UrlText.Decode(publicKey, Point.Length)!),
        };
        ECDsa? key = null;
        try
        {
            key = ECDsa.Create(parameters);
            return SignsForItself(key, parameters) ? key : null;
        }
        catch (CryptographicException)
        {
            key?.Dispose();
            return null;
        }
    }

    // Not every platform compares the two halves when it imports them.
    private static bool SignsForItself(ECDsa key, ECParameters parameters)
    {
        byte[] anything = [1];
        using var verifier = ECDsa.Create(parameters with { D = null });
        return verifier.VerifyData(anything, key.SignData(anything, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256);
    }
}
