using System.Diagnostics;
using System.Security.Cryptography;
using Notify.TestSupport;

namespace Notify.Providers.MailKit.Tests;

/// <summary>DKIM, verified by Debian's dkimpy, which has no code in common with MimeKit.</summary>
public sealed class SignatureTests : IDisposable
{
    private const string Verifier = """
        import dkim, sys
        record = b"v=DKIM1; k=rsa; p=" + sys.argv[2].encode()
        asked = []
        def dns(name, timeout=5):
            asked.append(name.decode().rstrip("."))
            return record
        message = open(sys.argv[1], "rb").read()
        print(dkim.verify(message, dnsfunc=dns), dkim.verify(message.replace(b"Hello", b"Hallo"), dnsfunc=dns), asked[0])
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_signed_message_is_genuine_as_long_as_nobody_changes_it()
    {
        using var key = RSA.Create(2048);
        var file = _folder.File("key.pem");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem());
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server, mail => mail.Dkim = new DkimOptions
            {
                Domain = "example.org",
                Selector = "notify",
                PrivateKeyFile = file,
            });

        await application.AcceptedAsync(
            await application.SendAsync(
                "ada@example.org",
                new Content
                {
                    Title = "Hello Åsa",
                    Body = "Räksmörgåsen är på väg.\n.\nFrom here on it is long: " + new string('ö', 2_000),
                    Html = "<p>Räksmörgåsen</p>",
                }
            )
        );

        var sent = Assert.Single(server.Events("message"));
        Assert.Equal("True False notify._domainkey.example.org", await VerifyAsync(server.GetPath(sent), key));
    }

    [Fact]
    public async Task A_key_that_cannot_sign_is_told_at_start()
    {
        var file = _folder.File("key.pem");
        await File.WriteAllTextAsync(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

        var refused = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() =>
            Application.StartAsync(25, mail => mail.Dkim = new DkimOptions
                {
                    Domain = "example.org",
                    Selector = "notify",
                    PrivateKeyFile = file,
                })
        );

        Assert.Equal(
            "MailKit provider 'mailkit': Dkim.PrivateKeyFile does not contain a private RSA key in PEM.",
            refused.Message
        );
    }

    private static async Task<string> VerifyAsync(string file, RSA key)
    {
        if (!File.Exists("/usr/lib/python3/dist-packages/dkim/__init__.py"))
            throw new MissingProgramException("python3-dkim");

        var start = new ProcessStartInfo(
            MailServer.Python,
            ["-c", Verifier, file, Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())]
        )
        {
            RedirectStandardOutput = true,
        };
        using var verifier = Process.Start(start)!;
        var verdict = await verifier.StandardOutput.ReadToEndAsync();
        await verifier.WaitForExitAsync();
        return verdict.Trim();
    }
}
