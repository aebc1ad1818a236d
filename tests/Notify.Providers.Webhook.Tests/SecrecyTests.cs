using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Notify.TestSupport;

namespace Notify.Providers.Webhook.Tests;

public sealed class SecrecyTests
{
    private static readonly string PreviousSecret = StandardWebhooks.NewSecret();

    [Fact]
    public async Task Neither_url_nor_secret_nor_content_is_logged_or_told()
    {
        using var log = new FakeLoggerProvider();
        var told = new List<string>();
        string[] own;
        var statuses = new Queue<int>([200, 302, 400, 401, 410, 429, 503]);
        await using var endpoint = await Endpoint.StartAsync(context => context.Response.StatusCode = statuses.Dequeue());
        await using (var application = await StartAsync(log, allowPrivateNetworks: true))
        {
            while (statuses.Count > 0)
                told.AddRange(Texts(await application.SendAsync(endpoint.Url)));
            var first = await application.Secrets.GetAsync(Trigger.DefaultTenant, endpoint.Url);
            var second = await application.Secrets.RotateAsync(Trigger.DefaultTenant, endpoint.Url);
            own = [first.Value["whsec_".Length..], second.Value["whsec_".Length..]];
            told.AddRange([first.ToString(), second.ToString()]);
            told.AddRange(Texts(await application.SendAsync($"http://127.0.0.1:{FreePort.Next()}/hook?token=url-token")));
            told.AddRange(application.Services.GetServices<IDeliveryProvider>().Select(provider => provider.ToString()!));
            told.Add(application.Services.GetRequiredService<IOptionsMonitor<WebhookOptions>>().Get("webhook").ToString()!);
        }

        await using (var application = await StartAsync(log, allowPrivateNetworks: false))
            told.AddRange(Texts(await application.SendAsync(endpoint.Url)));

        Assert.Contains(log.ReadLines(), line => line.Contains("webhook rotated the secret", StringComparison.Ordinal));
        Assert.Contains(log.ReadLines(), line => line.Contains("Provider webhook rejected delivery", StringComparison.Ordinal));
        string[] secrets =
        [
            "127.0.0.1",
            "url-token",
            "content-text",
            WebhookApplication.Secret["whsec_".Length..],
            PreviousSecret["whsec_".Length..],
            .. own,
            .. endpoint.Requests.SelectMany(request => request.Signature.Split(' ')),
        ];
        Assert.All(secrets, secret =>
            Assert.DoesNotContain([.. log.ReadLines(), .. told], line => line.Contains(secret, StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Receivers_get_no_trace_header()
    {
        using var activity = new Activity("the application's own").Start();
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartAsync();

        await application.SendAsync(endpoint.Url);

        Assert.DoesNotContain("traceparent", Assert.Single(endpoint.Requests).Headers.Keys);
    }

    private static IEnumerable<string> Texts(DeliveryRecord delivery) =>
        [delivery.Delivery.ToString(), .. delivery.Attempts.Select(attempt => $"{attempt.Reason} {attempt.ProviderMessageId}")];

    private static Task<WebhookApplication> StartAsync(FakeLoggerProvider log, bool allowPrivateNetworks) =>
        WebhookApplication.StartAsync(
            options => (options.AllowPrivateNetworks, options.PreviousSecret) = (allowPrivateNetworks, PreviousSecret),
            services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
        );
}
