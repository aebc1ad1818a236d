using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.FakeGateways;
using Notify.TestSupport;

namespace Notify.Providers.Apns.Tests;

public sealed class OptionsTests
{
    private const string Pkcs12Password = "certificate-password";

    [Fact]
    public async Task All_errors_are_reported_at_once()
    {
        var failures = await FailuresAsync(options =>
        {
            options.KeyId = "SHORT";
            options.TeamId = null;
            options.Key = "no key at all";
            options.BundleId = "";
            options.Environment = (ApnsEnvironment)7;
            options.Apps["an app"] = new ApnsApp();
            options.BaseAddress = new Uri("http://push.example.org");
        });

        foreach (var option in (string[])["KeyId", "TeamId", "Key is not", "BundleId", "Environment", "Apps", "BaseAddress"])
            Assert.Contains(option, failures, StringComparison.Ordinal);
        Assert.DoesNotContain("no key at all", failures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_required() =>
        Assert.Contains("Set a token signing key", await FailuresAsync(_ => { }), StringComparison.Ordinal);

    [Fact]
    public async Task A_key_and_a_certificate_exclude_each_other() =>
        Assert.Contains(
            "not both",
            await FailuresAsync(options => (options.KeyId, options.CertificateFile) = ("FAKEKEY123", "apns.p12")),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_key_of_another_curve_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        var failures = await FailuresAsync(options => options.Key = key.ExportPkcs8PrivateKeyPem());

        Assert.Contains("Key is not a P-256 private key", failures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_key_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        var failures = await FailuresAsync(options => options.Key = key.ExportSubjectPublicKeyInfoPem());

        Assert.Contains("Key is not a P-256 private key", failures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_key_file_is_reported() =>
        Assert.Contains(
            "KeyFile cannot be read",
            await FailuresAsync(options => options.KeyFile = "/nowhere/AuthKey.p8"),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_certificate_with_a_wrong_password_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var authority = new GatewayAuthority();
        var file = folder.File("apns.p12");
        await File.WriteAllBytesAsync(file, authority.ServerCertificate.Export(X509ContentType.Pkcs12, Pkcs12Password));

        var failures = await FailuresAsync(options => (options.CertificateFile, options.CertificatePassword) = (file, "another"));

        Assert.Contains("CertificateFile cannot be read", failures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_can_be_read_from_a_file()
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var file = folder.File("AuthKey_FAKEKEY123.p8");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem());

        await using var application = await ApnsApplication.StartAsync(gateway: null, options =>
            (options.KeyId, options.TeamId, options.KeyFile) = ("FAKEKEY123", "FAKETEAM45", file)
        );

        Assert.Equal(("apns", Channel.Push), (application.Provider.Name, application.Provider.Channel));
    }

    [Fact]
    public async Task The_provider_declares_iOS()
    {
        await using var application = ApnsApplication.Compose(gateway: null);

        var declared = application.Services.GetRequiredService<ProviderPlatforms>();

        Assert.Equal("apns", declared.Provider);
        Assert.Equal([Platform.Ios], declared.Platforms);
    }

    private static async Task<string> FailuresAsync(Action<ApnsOptions> configure)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            ApnsApplication.StartAsync(gateway: null, configure)
        );
        return string.Join('\n', refused.Failures);
    }
}
