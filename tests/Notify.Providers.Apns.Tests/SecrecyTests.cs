using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.FakeGateways.Apns;
using Notify.Storage;

namespace Notify.Providers.Apns.Tests;

public sealed class SecrecyTests
{
    [Fact]
    public async Task No_secret_is_shown_when_sends_fail()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        var tokens = new TokenStore { Failure = new IOException("The store is unavailable.") };
        await using var application = await ApnsApplication.StartAsync(gateway, configureServices: services =>
            services.AddSingleton<ISharedTokenStore>(tokens)
        );
        gateway.Unregister(ApnsApplication.Device(1), DateTimeOffset.UtcNow.AddHours(1));
        gateway.RefuseDevice(ApnsApplication.Device(2), new ApnsRefusal(400, "BadDeviceToken"));
        gateway.RefuseDevice(ApnsApplication.Device(3), new ApnsRefusal(400, ApnsApplication.Device(3)));
        gateway.RefuseNext(1, new ApnsRefusal(403, "ExpiredProviderToken"));
        gateway.RefuseNext(1, new ApnsRefusal(403, "InvalidProviderToken"));
        gateway.RefuseNext(1, new ApnsRefusal(429, "TooManyRequests"));

        var refused = await SendAsync(application, Enumerable.Range(1, 10));
        gateway.ResetNext(1);
        var reset = await SendAsync(application, Enumerable.Range(11, 10));

        var attempts = refused.Concat(reset).SelectMany(delivery => delivery.Attempts).Select(attempt => attempt.ToString());
        var shown = string.Join('\n', [.. application.Logs, .. attempts]);
        string[] seen =
        [
            "The store is unavailable.",
            "ExpiredProviderToken",
            "InvalidProviderToken",
            "TooManyRequests",
            "Unregistered",
        ];
        foreach (var expected in seen)
            Assert.Contains(expected, shown, StringComparison.Ordinal);
        AssertHoldsNothingSecret(shown, gateway);
    }

    [Fact]
    public async Task Options_and_failures_at_start_show_no_key()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        var options = new ApnsOptions { Key = gateway.KeyPem, CertificatePassword = "certificate-password" };

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => ApnsApplication.StartAsync(gateway, wrong =>
            {
                wrong.Key = gateway.KeyPem.Replace("BEGIN", "BEGAN", StringComparison.Ordinal);
                wrong.CertificatePassword = "certificate-password";
            }));

        AssertHoldsNothingSecret($"{options}\n{refused}", gateway);
    }

    [Fact]
    public async Task ToString_shows_no_secret()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);
        await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device()));

        var shared = await application
            .Services.GetRequiredService<ISharedTokenStore>()
            .FindAsync($"apns/{ApnsGateway.TeamId}/{ApnsGateway.KeyId}", TestContext.Current.CancellationToken);

        AssertHoldsNothingSecret($"{shared} {application.Provider}", gateway);
    }

    private static async Task<DeliveryRecord[]> SendAsync(ApnsApplication application, IEnumerable<int> devices)
    {
        var notifications = await Task.WhenAll(devices.Select(ApnsApplication.Device).Select(application.TriggerAsync));
        return await Task.WhenAll(notifications.Select(application.WaitForEndAsync));
    }

    // Assert.DoesNotContain is not used, because its message would show the secret.
    private static void AssertHoldsNothingSecret(string shown, ApnsGateway gateway)
    {
        string[] secrets =
        [
            .. gateway.KeyPem.Split('\n').Where(line => line.Length > 0 && !line.StartsWith('-')),
            .. gateway.ProviderTokens.SelectMany(token => token.Split('.')),
            .. Enumerable.Range(1, 20).Select(ApnsApplication.Device),
            "title-text",
            "body-text",
            "certificate-password",
        ];
        for (var i = 0; i < secrets.Length; i++)
        {
            var isShown = shown.Contains(secrets[i], StringComparison.OrdinalIgnoreCase);
            Assert.False(isShown, $"Secret {i} of {secrets.Length} is shown.");
        }
    }
}
