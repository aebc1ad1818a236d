using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notify.FakeGateways;

/// <summary>The certificate authority of one fake vendor. A client must be configured to trust it.</summary>
public sealed class GatewayAuthority : IDisposable
{
    private readonly X509Certificate2 _root = CreateRoot();

    public GatewayAuthority() => ServerCertificate = Issue("CN=127.0.0.1");

    /// <summary>The server's certificate, for 127.0.0.1 and localhost.</summary>
    public X509Certificate2 ServerCertificate { get; }

    /// <summary>The authority's certificate in PEM, for clients in other languages.</summary>
    public string RootPem => _root.ExportCertificatePem();

    /// <summary>TLS options for a client that trusts only this authority.</summary>
    public SslClientAuthenticationOptions Trust =>
        new()
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _root },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        };

    /// <summary>Issues a certificate, which includes its private key.</summary>
    public X509Certificate2 Issue(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(
            _root,
            DateTimeOffset.UtcNow.AddHours(-1),
            DateTimeOffset.UtcNow.AddDays(1),
            RandomNumberGenerator.GetBytes(16)
        );
        return certificate.CopyWithPrivateKey(key);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ServerCertificate.Dispose();
        _root.Dispose();
    }

    private static X509Certificate2 CreateRoot()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Each authority has a unique name, so that a client that trusts several of them can tell them apart.
        var name = $"CN=Notify fake gateway authority {RandomNumberGenerator.GetHexString(8)}";
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }
}
