using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notify.Providers.Apns;

/// <summary>Reads what the options name: the token signing key, or the certificate.</summary>
internal static class Credentials
{
    /// <summary>SEC 2 secp256r1, which NIST calls P-256.</summary>
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <exception cref="CryptographicException">It is no P-256 private key.</exception>
    /// <exception cref="ArgumentException">It is no PEM.</exception>
    public static ECDsa ReadKey(ApnsOptions options)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(options.Key ?? File.ReadAllText(options.KeyFile!));
            var curve = key.ExportParameters(includePrivateParameters: true).Curve;
            return curve.Oid?.Value == P256 ? key : throw new CryptographicException("The key is of another curve than P-256.");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <exception cref="CryptographicException">It is no PKCS #12, or has another password.</exception>
    public static X509Certificate2 ReadCertificate(ApnsOptions options) =>
        X509CertificateLoader.LoadPkcs12FromFile(options.CertificateFile!, options.CertificatePassword);
}
