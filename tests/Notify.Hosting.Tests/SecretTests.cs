using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Hosting.Secrets;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Secrets are encrypted where they are stored, and every process of the store can read them.</summary>
public sealed class SecretTests : IDisposable
{
    private const string Secret = "whsec_c2VjcmV0IG9mIGFuIGVuZHBvaW50";
    private const string Purpose = "event-endpoint/acme/1";

    private readonly TemporaryFolder _folder = new();
    private readonly string _rootKey = CreateRootKey();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_secret_is_read_by_every_process_and_after_a_restart()
    {
        string stored;
        using (var first = await StartAsync(_rootKey))
        using (var second = await StartAsync(_rootKey))
        {
            stored = Protector(first).Protect(Secret, Purpose);
            Assert.Equal(new UnprotectedSecret(Secret, true), Protector(second).Unprotect(stored, Purpose));
            Assert.NotEqual(stored, Protector(second).Protect(Secret, Purpose));
        }

        using var third = await StartAsync(_rootKey);
        Assert.Equal(new UnprotectedSecret(Secret, true), Protector(third).Unprotect(stored, Purpose));
    }

    [Fact]
    public async Task A_stored_secret_is_of_no_use_for_another_purpose_and_damage_is_detected()
    {
        using var app = await StartAsync(_rootKey);
        var stored = Protector(app).Protect(Secret, Purpose);

        Assert.Throws<CryptographicException>(() => Protector(app).Unprotect(stored, "event-endpoint/globex/1"));
        Assert.Throws<CryptographicException>(() => Protector(app).Unprotect(stored[..^4], Purpose));
        Assert.Throws<CryptographicException>(() => Protector(app).Unprotect($"{stored}!", Purpose));
        Assert.Throws<CryptographicException>(() => Protector(app).Unprotect("protected:1:", Purpose));
    }

    [Fact]
    public async Task A_secret_that_was_stored_without_encryption_stays_readable()
    {
        using var app = await StartAsync(_rootKey);

        var read = Protector(app).Unprotect(Secret, Purpose);

        Assert.Equal(new UnprotectedSecret(Secret, false), read);
        Assert.DoesNotContain(Secret, read.ToString(), StringComparison.Ordinal);
        Assert.Equal("", Protector(app).Unprotect(Protector(app).Protect("", Purpose), Purpose).Value);
    }

    [Fact]
    public async Task Neither_a_secret_nor_its_key_is_readable_in_the_file_of_the_store()
    {
        using (var app = await StartAsync(_rootKey))
        {
            var stored = Encoding.UTF8.GetBytes(Protector(app).Protect(Secret, Purpose));
            await Documents(app).UpdateAsync(new DocumentKey("endpoints", "acme", "1"), _ => stored, CancellationToken.None);
        }

        var files = ReadFiles();
        Assert.Contains("protected:1:", files, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, files, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", files, StringComparison.Ordinal);
        Assert.DoesNotContain(_rootKey, files, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_key_is_replaced_in_two_steps()
    {
        string stored;
        using (var app = await StartAsync(_rootKey))
            stored = Protector(app).Protect(Secret, Purpose);

        var next = CreateRootKey();
        using (var app = await StartAsync(next, _rootKey))
            Assert.Equal(Secret, Protector(app).Unprotect(stored, Purpose).Value);
        using (var app = await StartAsync(next))
            Assert.Equal(new UnprotectedSecret(Secret, true), Protector(app).Unprotect(stored, Purpose));

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(_rootKey));
        Assert.Contains("root key that is not configured", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_ring_that_was_stored_without_encryption_is_encrypted_once_there_is_a_root_key()
    {
        string stored;
        var lines = new LineCollector();
        using (var app = await StartAsync([], lines))
            stored = Protector(app).Protect(Secret, Purpose);
        Assert.Contains("masterKey", ReadFiles(), StringComparison.Ordinal);
        Assert.Single(lines.Lines, line => line.Contains("stored without encryption", StringComparison.Ordinal));

        lines = new LineCollector();
        using (var app = await StartAsync([_rootKey], lines))
            Assert.Equal(new UnprotectedSecret(Secret, true), Protector(app).Unprotect(stored, Purpose));

        Assert.DoesNotContain(lines.Lines, line => line.Contains("stored without encryption", StringComparison.Ordinal));
        Assert.DoesNotContain("masterKey", ReadFiles(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Processes_that_start_together_read_the_secrets_of_each_other()
    {
        var apps = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => StartAsync(_rootKey))));

        string[] stored = [.. apps.Select(app => Protector(app).Protect(Secret, Purpose))];

        foreach (var app in apps)
        {
            Assert.All(stored, text => Assert.Equal(Secret, Protector(app).Unprotect(text, Purpose).Value));
            app.Dispose();
        }
    }

    [Fact]
    public async Task A_secret_under_an_expired_key_is_read_and_marked()
    {
        string stored;
        using (var app = await StartAsync())
        {
            stored = Protector(app).Protect(Secret, Purpose);
            var key = Assert.Single(
                await Documents(app).ListAsync(new DocumentQuery { Collection = "key-ring" }, CancellationToken.None)
            );
            await Documents(app).UpdateAsync(key.Key, content => Expire(content!.Value), CancellationToken.None);
        }

        using var later = await StartAsync();

        Assert.Equal(new UnprotectedSecret(Secret, false), Protector(later).Unprotect(stored, Purpose));
        Assert.True(Protector(later).Unprotect(Protector(later).Protect(Secret, Purpose), Purpose).IsCurrent);
    }

    [Fact]
    public async Task A_wrong_root_key_fails_at_start()
    {
        foreach (var wrong in (string[])["", new string('k', 31), new string('k', 1_025)])
        {
            var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(_rootKey, wrong));
            Assert.Contains("RootKeys:1 must have 32 to 1024 characters", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_protection_secrets_are_stored_as_they_are()
    {
        using var services = new ServiceCollection()
            .AddNotifications()
            .UseInMemory()
            .Services.AddLogging()
            .BuildServiceProvider();
        var protector = services.GetRequiredService<ISecretProtector>();

        Assert.Equal(Secret, protector.Protect(Secret, Purpose));
        Assert.Equal(new UnprotectedSecret(Secret, true), protector.Unprotect(Secret, Purpose));
    }

    private static ReadOnlyMemory<byte> Expire(ReadOnlyMemory<byte> key)
    {
        var xml = System.Xml.Linq.XElement.Parse(Encoding.UTF8.GetString(key.Span));
        xml.Element("creationDate")!.Value = "2020-01-01T00:00:00Z";
        xml.Element("activationDate")!.Value = "2020-01-01T00:00:00Z";
        xml.Element("expirationDate")!.Value = "2020-04-01T00:00:00Z";
        return Encoding.UTF8.GetBytes(xml.ToString());
    }

    private Task<IHost> StartAsync(params string[] rootKeys) => StartAsync(rootKeys, new LineCollector());

    private async Task<IHost> StartAsync(string[] rootKeys, LineCollector lines)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(lines);
        builder
            .Services.AddNotifications(options => options.Workers = Workers.None)
            .UseSqlite($"Data Source={_folder.File("notify.db")};Pooling=False")
            .AddSandbox()
            .ProtectSecrets(options =>
            {
                foreach (var key in rootKeys)
                    options.RootKeys.Add(key);
            });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static ISecretProtector Protector(IHost host) => host.Services.GetRequiredService<ISecretProtector>();

    private static IDocumentStore Documents(IHost host) => host.Services.GetRequiredService<IDocumentStore>();

    private static string CreateRootKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private string ReadFiles()
    {
        var text = new StringBuilder();
        foreach (var path in Directory.EnumerateFiles(_folder.Path))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, Encoding.Latin1);
            text.Append(reader.ReadToEnd());
        }

        return text.ToString();
    }
}
