using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Notify.FakeGateways.WebPush;
using Notify.TestSupport;

namespace Notify.Providers.WebPush.Tests;

public sealed class SecrecyTests
{
    [Fact]
    public async Task No_subscription_key_token_or_content_is_shown()
    {
        using var log = new FakeLoggerProvider();
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        var subscription = gateway.Subscribe().Json;
        var output = new List<string>();
        foreach (var allowed in (bool[])[true, false])
        {
            await using var application = await StartAsync(gateway, log, allowed);
            foreach (var status in (int[])[400, 401, 403, 404, 413, 429, 503])
            {
                gateway.FailNext(new PushFault(status) { Body = subscription }, times: allowed ? 1 : 0);
                output.AddRange(Texts(await application.SendAsync(subscription)));
            }

            output.AddRange(Texts(await application.SendAsync(subscription)));
            output.AddRange(
                Texts(await application.SendAsync(Keys.Subscription($"https://127.0.0.1:{FreePort.Next()}/push/secret-token")))
            );
            output.Add(application.Provider.ToString()!);
            output.Add(application.Services.GetRequiredService<IOptionsMonitor<WebPushOptions>>().Get("webpush").ToString()!);
        }

        Assert.Contains(log.ReadLines(), line => line.Contains("Provider webpush rejected delivery", StringComparison.Ordinal));
        Assert.Contains(log.ReadLines(), line =>
            line.Contains("refused the VAPID credentials of provider webpush", StringComparison.Ordinal)
        );
        Assert.All(GetSecrets(subscription, Assert.Single(gateway.Messages)), secret =>
            Assert.DoesNotContain([.. log.ReadLines(), .. output], line => line.Contains(secret, StringComparison.Ordinal))
        );
    }

    private static IEnumerable<string> GetSecrets(string subscription, PushedMessage message)
    {
        var parts = JsonElement.Parse(subscription);
        return
        [
            "127.0.0.1",
            message.SubscriptionId,
            "secret-token",
            "content-text",
            Keys.Private,
            Keys.P256dh,
            Keys.Auth,
            parts.GetProperty("keys").GetProperty("p256dh").GetString()!,
            parts.GetProperty("keys").GetProperty("auth").GetString()!,
            .. message.Authorization["vapid t=".Length..^Keys.Public.Length].Split('.'),
        ];
    }

    private static IEnumerable<string> Texts(DeliveryRecord delivery) =>
        [delivery.Delivery.ToString(), .. delivery.Attempts.Select(attempt => $"{attempt.Reason} {attempt.ProviderMessageId}")];

    private static Task<WebPushApplication> StartAsync(
        PushServiceGateway gateway,
        FakeLoggerProvider log,
        bool allowPrivateNetworks
    ) =>
        WebPushApplication.StartAsync(
            gateway,
            options => options.AllowPrivateNetworks = allowPrivateNetworks,
            services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
        );
}
