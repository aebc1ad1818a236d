using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Notify.FakeGateways.Apns;
using Notify.FakeGateways.Fcm;
using Notify.FakeGateways.WebPush;
using Notify.Hosting;
using Notify.TestSupport;

namespace Notify.Providers.Tests;

/// <summary>One application with every provider, on SQLite, spoken to over HTTP.</summary>
public sealed class EveryProviderTests
{
    private const string ApiKey = "api-key-that-nobody-reads";
    private const string Body = "Your code is 830174-Xochimilco.";

    [Fact]
    public async Task A_user_is_reached_everywhere_and_nothing_secret_is_logged_or_answered()
    {
        using var folder = new TemporaryFolder();
        using var logs = new FakeLoggerProvider();
        await using var vendors = await Vendors.StartAsync();
        var answers = new List<string>();
        using var metrics = new TagCollector();
        await using (var application = await StartAsync(vendors, folder, logs))
        {
            using var client = GetClient(application);
            await RegisterAsync(client, vendors);

            Assert.Equal(Enumerable.Repeat("sent", 6), await SendAsync(client, answers));
            Assert.Equal(
                (1L, 1L, 1, 1, 1L, 1),
                (
                    vendors.Fcm.Accepted,
                    vendors.Apns.Accepted,
                    vendors.PushService.Accepted,
                    vendors.Twilio.Accepted,
                    vendors.Mail.MessagesTaken,
                    vendors.HookCalls
                )
            );

            Misbehave(vendors);
            Assert.Equal(["sent", "sent", "sent", "sent", "sent", "deadLetter"], await SendAsync(client, answers));
            answers.Add(await WrongAsync(client));
        }

        Assert.Contains(logs.ReadLines(), line => line.Contains("webhook", StringComparison.OrdinalIgnoreCase));
        AssertHidden([.. vendors.Secrets, ApiKey], [.. logs.ReadLines(), .. answers, .. metrics.Tags]);
        Assert.Contains("sent", metrics.Tags);
        AssertHidden([Body, "ada@example.org", "+46701234567"], metrics.Tags);
        AssertHidden([Body, "ada@example.org", "+46701234567", "Quetzalcoatlus"], logs.ReadLines());
    }

    [Fact]
    public async Task Every_mistake_in_every_providers_options_is_said_at_once()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .Services.AddNotifications()
            .UseInMemory()
            .AddFcm(fcm => fcm.CredentialsJson = "{")
            .AddApns(apns => apns.Key = "no key")
            .AddWebPush(push => push.Subject = "nobody")
            .AddTwilio(sms => sms.AccountSid = "AC1")
            .AddSmtp(mail => mail.Port = 0)
            .AddWebhook(hook => hook.Secret = "secret-without-form");
        await using var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => application.StartAsync(TestContext.Current.CancellationToken));

        foreach (var part in new[] { "CredentialsJson", "Key", "Subject", "AccountSid", "Port", "Secret" })
            Assert.Contains(part, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-without-form", failure.ToString(), StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartAsync(Vendors vendors, TemporaryFolder folder, FakeLoggerProvider logs)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        vendors.AddTo(
            builder.Services,
            builder
                .Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20))
                .UseSqlite($"Data Source={folder.File("notify.db")};Pooling=False")
        );
        builder.Services.ConfigureAll<RetryOptions>(retry => retry.Delay = TimeSpan.FromMilliseconds(20));
        builder.Services.Configure<NotificationsApiOptions>(options => options.ApiKeys.Add(ApiKey));

        var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        application.MapNotifications();
        await application.StartAsync();
        return application;
    }

    private static HttpClient GetClient(WebApplication application)
    {
        var client = new HttpClient { BaseAddress = new Uri(application.Urls.First()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
        return client;
    }

    private static async Task RegisterAsync(HttpClient client, Vendors vendors)
    {
        await PutAsync(
            client,
            "/v1/users/ada",
            new
            {
                addresses = new
                {
                    phone = "+46701234567",
                    email = "ada@example.org",
                    webhook = $"{vendors.Hook.Address}hook",
                },
            }
        );
        await PutAsync(client, "/v1/users/ada/devices/phone", new { platform = "android", token = vendors.PhoneToken });
        await PutAsync(client, "/v1/users/ada/devices/tablet", new { platform = "ios", token = vendors.TabletToken });
        await PutAsync(client, "/v1/users/ada/devices/browser", new { platform = "web", token = vendors.Browser.Json });
    }

    private static async Task PutAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PutAsJsonAsync(path, body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Sends to Ada over everything, and waits for how each delivery ends, by channel and platform.</summary>
    private static async Task<string[]> SendAsync(HttpClient client, List<string> answers)
    {
        using var answer = await client.PostAsJsonAsync(
            "/v1/notifications",
            new
            {
                to = new { user = "ada" },
                content = new
                {
                    title = "Quetzalcoatlus",
                    body = Body,
                    data = new { order = "42" },
                    push = new { badge = 1, link = "https://example.org/42" },
                },
            }
        );
        var triggered = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var id = triggered.GetProperty("id").GetString();

        var ended = await Eventually.FindAsync(
            async () =>
            {
                var page = await client.GetFromJsonAsync<JsonElement>($"/v1/notifications/{id}");
                JsonElement[] deliveries = [.. page.GetProperty("deliveries").GetProperty("items").EnumerateArray()];
                return deliveries.Length == 6 && deliveries.All(delivery => GetState(delivery) != "pending") ? deliveries : null;
            },
            "six deliveries to end"
        );
        answers.AddRange(
            ended.SelectMany(delivery => delivery.GetProperty("attempts").EnumerateArray()).Select(attempt => attempt.ToString())
        );
        return
        [
            .. ended.OrderBy(delivery => delivery.GetProperty("channel").GetString(), StringComparer.Ordinal).Select(GetState),
        ];
    }

    private static string GetState(JsonElement delivery) => delivery.GetProperty("state").GetString()!;

    private static void Misbehave(Vendors vendors)
    {
        vendors.Fcm.RevokeAccessTokens();
        vendors.Fcm.MisbehaveNext(FcmFault.Answer(500, "INTERNAL", vendors.PhoneToken));
        vendors.Apns.ResetNext(1);
        vendors.PushService.FailNext(new PushFault(429));
        vendors.HookStatus = 410;
    }

    private static async Task<string> WrongAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync(
            "/v1/notifications",
            new { to = new { email = "no address" }, content = new { body = 1 } }
        );
        using var stranger = new HttpClient { BaseAddress = client.BaseAddress };
        using var refused = await stranger.GetAsync("/v1/users/ada");
        return await answer.Content.ReadAsStringAsync() + await refused.Content.ReadAsStringAsync();
    }

    private static void AssertHidden(IReadOnlyList<string> secrets, IReadOnlyList<string> seen)
    {
        Assert.NotEmpty(seen);
        foreach (var secret in secrets)
        {
            // Not by Assert.DoesNotContain, whose message would repeat what must not be read.
            Assert.False(
                seen.Any(line => line.Contains(secret, StringComparison.Ordinal)),
                $"Secret {secret[..4]}... of {secret.Length} characters was seen."
            );
        }
    }
}
