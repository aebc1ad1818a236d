using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notify.Providers.Apns;

/// <summary>Reads the credentials that the options name: the token signing key or the certificate.</summary>
internal static class Credentials
{
    /// <summary>The object identifier of NIST P-256, which SEC 2 calls secp256r1.</summary>
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Reads the token signing key.</summary>
    /// <exception cref="CryptographicException">The key is not a P-256 private key.</exception>
    /// <exception cref="ArgumentException">The text is not PEM.</exception>
    public static ECDsa ReadKey(ApnsOptions options)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(options.Key ?? File.ReadAllText(options.KeyFile!));
            var curve = key.ExportParameters(includePrivateParameters: true).Curve;
            return curve.Oid?.Value == P256 ? key : throw new CryptographicException("The key is not on the curve P-256.");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Reads the certificate and its private key.</summary>
    /// <exception cref="CryptographicException">The file is not PKCS #12, or the password is wrong.</exception>
    public static X509Certificate2 ReadCertificate(ApnsOptions options) =>
        X509CertificateLoader.LoadPkcs12FromFile(options.CertificateFile!, options.CertificatePassword);
}
