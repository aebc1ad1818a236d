using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notify.TestSupport;

/// <summary>
/// A certificate authority that only this process trusts. .NET reads trusted roots from the home folder, so this class points
/// <c>HOME</c> to a temporary folder; the machine's own roots are not changed.
/// </summary>
public sealed class TestAuthority : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string? _home = Environment.GetEnvironmentVariable("HOME");

    public TestAuthority()
    {
        using var trusted = CreateAuthority("CN=Notify test authority");
        using var unknown = CreateAuthority("CN=Notify unknown authority");
        Environment.SetEnvironmentVariable("HOME", _folder.Path);
        using var roots = new X509Store(StoreName.Root, StoreLocation.CurrentUser, OpenFlags.ReadWrite);
        using var withoutKey = X509CertificateLoader.LoadCertificate(trusted.Export(X509ContentType.Cert));
        roots.Add(withoutKey);
        TrustedFile = Issue(trusted, "trusted.pem");
        UntrustedFile = Issue(unknown, "untrusted.pem");
    }

    /// <summary>A PEM file with a certificate for localhost and its key.</summary>
    public string TrustedFile { get; }

    /// <summary>A PEM file like <see cref="TrustedFile"/>, but from an authority that is not trusted.</summary>
    public string UntrustedFile { get; }

    /// <summary>Loads the trusted certificate, for a server in this process.</summary>
    public X509Certificate2 LoadTrusted() => X509Certificate2.CreateFromPemFile(TrustedFile);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("HOME", _home);
        _folder.Dispose();
    }

    private static X509Certificate2 CreateAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private string Issue(X509Certificate2 authority, string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(
            authority,
            DateTimeOffset.UtcNow.AddHours(-1),
            DateTimeOffset.UtcNow.AddDays(1),
            RandomNumberGenerator.GetBytes(16)
        );
        var path = _folder.File(file);
        File.WriteAllText(path, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return path;
    }
}
