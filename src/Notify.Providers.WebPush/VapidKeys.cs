using System.Security.Cryptography;

namespace Notify.Providers.WebPush;

/// <summary>
/// Reads the key pair with which an application identifies itself to push services (RFC 8292), in the form that Web Push
/// libraries generate.
/// </summary>
internal static class VapidKeys
{
    private const int PrivateKeyLength = 32;

    public static bool IsPublicKey(string text) =>
        Base64UrlText.Decode(text, Point.Length) is { } point && Point.IsUncompressed(point);

    public static bool IsPrivateKey(string text) => Base64UrlText.Decode(text, PrivateKeyLength) is not null;

    /// <summary>Imports the key pair. Returns null if the two keys do not belong together.</summary>
    public static ECDsa? TryImport(string publicKey, string privateKey)
    {
        var parameters = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            D = Base64UrlText.Decode(privateKey, PrivateKeyLength),
            Q = Point.Parse(Base64UrlText.Decode(publicKey, Point.Length)!),
        };
        ECDsa? key = null;
        try
        {
            key = ECDsa.Create(parameters);
            return IsPair(key, parameters) ? key : null;
        }
        catch (CryptographicException)
        {
            key?.Dispose();
            return null;
        }
    }

    // Not every platform checks on import that the two keys belong together, so a signature is made with one and verified with
    // the other.
    private static bool IsPair(ECDsa key, ECParameters parameters)
    {
        byte[] anything = [1];
        using var verifier = ECDsa.Create(parameters with { D = null });
        return verifier.VerifyData(anything, key.SignData(anything, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256);
    }
}
