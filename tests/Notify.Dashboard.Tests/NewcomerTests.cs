using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Notify.Providers;

namespace Notify.Dashboard.Tests;

/// <summary>
/// The path of a newcomer, from the first sign-in to a provider that broke and was mended. With <c>NOTIFY_SCREENSHOTS</c>, the
/// pages are also stored as pictures in that folder (<c>eng/take-dashboard-screenshots.sh</c>).
/// </summary>
public sealed partial class NewcomerTests
{
    private static readonly string FirstKey = new('k', 32);

    [Fact]
    public async Task A_newcomer_sends_breaks_and_mends()
    {
        await using var app = await DashboardApplication.StartAsync(
            options => options.ApiKeys.Add(FirstKey),
            services => services.Configure<ProviderOptions>("mail", provider =>
                {
                    provider.CircuitBreaker.MinimumThroughput = 2;
                    provider.CircuitBreaker.BreakDuration = TimeSpan.FromSeconds(4);
                })
        );
        await using var browser = await DashboardBrowser.OpenAsync(app);
        await SignInAsync(browser);
        var key = await CreateKeyAsync(browser);
        await AddPersonAsync(browser);
        await WriteTemplateAsync(browser);
        await WatchAsync(browser, app, key);
        await BreakAsync(browser, app, key);
        await MendAsync(browser, app);
        Assert.Equal([], browser.Complaints);
    }

    private static async Task SignInAsync(DashboardBrowser browser)
    {
        await browser.GoAsync();
        await KeepAsync(browser, "sign-in");
        await browser.FillAsync("API key", FirstKey);
        await browser.PressAsync("Sign in");
        await browser.SeeAsync("Nothing needs attention");
    }

    private static async Task<string> CreateKeyAsync(DashboardBrowser browser)
    {
        await FollowAsync(browser, "API keys");
        await browser.FillAsync("Name", "order system");
        await browser.Page.GetByText("triggers and cancels notifications").ClickAsync();
        await browser.PressAsync("Create key");
        await browser.SeeAsync("Copy this key now");
        return await browser.Page.GetByLabel("API key", new() { Exact = true }).InputValueAsync();
    }

    private static async Task AddPersonAsync(DashboardBrowser browser)
    {
        await FollowAsync(browser, "Users");
        await browser.Page.Locator("#i-id").FillAsync("ada");
        await browser.FillAsync("Email", "ada@example.org");
        await browser.PressAsync("Save user");
        await browser.SeeAsync("Saved.");
        await browser.Page.GetByText("Register a device").First.ClickAsync();
        await browser.Page.Locator("#i-deviceId").FillAsync("phone-1");
        await browser.FillAsync("Push token", "token-of-the-phone");
        await browser.PressAsync("Register device");
        await browser.SeeAsync("The device phone-1 is registered.");
        await KeepAsync(browser, "user");
    }

    // The preview follows what is typed, without a click.
    private static async Task WriteTemplateAsync(DashboardBrowser browser)
    {
        await FollowAsync(browser, "Templates");
        await FollowAsync(browser, "New template");
        await browser.FillAsync("Name", "order-shipped");
        await browser.FillAsync("Title", "Order {{ number }} is on its way");
        await browser.FillAsync("Text", "Hello {{ name }}, your order {{ number }} has left our warehouse.");
        await browser.Page.GetByText("HTML for email").ClickAsync();
        await browser.FillAsync(
            "HTML",
            "<div style=\"font:16px sans-serif;padding:24px;background:#eef2ff\"><h1 style=\"color:#4338ca\">On its way</h1>"
                + "<p>Hello {{ name }}, your order <b>{{ number }}</b> has left our warehouse.</p></div>"
        );
        await browser.FillAsync("Sample data (JSON)", """{ "name": "Ada", "number": 17 }""");
        await browser.Page.Locator("#preview").GetByText("Order 17 is on its way").WaitForAsync();
        await browser
            .Page.FrameLocator("#preview iframe")
            .GetByRole(AriaRole.Heading, new() { Name = "On its way" })
            .WaitForAsync();
        await KeepAsync(browser, "template");
        await browser.PressAsync("Save");
        await browser.SeeAsync("Saved as version 1.");
    }

    private static async Task WatchAsync(DashboardBrowser browser, DashboardApplication app, string key)
    {
        await FollowAsync(browser, "Live");
        await TriggerUntilSeenAsync(browser, app, key);
        await KeepAsync(browser, "live");
        await browser.Page.Locator("[data-tail] a").First.ClickAsync();
        await browser.SeeAsync("vendor-message-1");
        await KeepAsync(browser, "notification");
    }

    // The stream of events may open after the page is loaded, so the first notification may be too early to be seen.
    private static async Task TriggerUntilSeenAsync(DashboardBrowser browser, DashboardApplication app, string key)
    {
        var sent = browser.Page.Locator("[data-tail] strong", new() { HasText = "delivery.sent" });
        for (var i = 0; i < 100 && await sent.CountAsync() == 0; i++)
        {
            await TriggerAsync(app, key);
            await browser.Page.WaitForTimeoutAsync(300);
        }

        await sent.First.WaitForAsync();
    }

    private static async Task BreakAsync(DashboardBrowser browser, DashboardApplication app, string key)
    {
        app.Mail.Answer(() => Outcome.Rejected("550 relaying denied"));
        await TriggerAsync(app, key);
        await FollowAsync(browser, "Overview");
        await browser.SeeAsync("1 dead letter");
        app.Mail.Answer(() => Outcome.ProviderFailed("421 service not available"));
        for (var i = 0; i < 4; i++)
            await TriggerAsync(app, key);
        // The part of the page that names what needs attention is kept current.
        await browser.SeeAsync("The circuit of mail is open");
        await KeepAsync(browser, "overview");
        await FollowAsync(browser, "Dead letters");
        await browser.SeeAsync("550 relaying denied");
        await KeepAsync(browser, "dead-letters");
    }

    private static async Task MendAsync(DashboardBrowser browser, DashboardApplication app)
    {
        app.Mail.Mend();
        await browser.PressAsync("Replay all…");
        await browser.SeeAsync("This was a dry run");
        await browser.PressAsync("Replay 1 delivery");
        await browser.SeeAsync("1 delivery is due again");
        await FollowAsync(browser, "Overview");
        await browser.SeeAsync("Nothing needs attention");
        await TestSupport.Eventually.TrueAsync(
            async () =>
            {
                await browser.GoAsync("?range=1h");
                return await browser.Page.Locator("#chart-email-title").TextContentAsync() is { } text && Failed().IsMatch(text);
            },
            "the chart"
        );
        await KeepAsync(browser, "mended");
    }

    private static async Task TriggerAsync(DashboardApplication app, string key)
    {
        using var client = new HttpClient { BaseAddress = app.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await client.PostAsJsonAsync(
            "/notify/v1/notifications",
            new
            {
                to = new { email = "ada@example.org" },
                template = "order-shipped",
                data = new { name = "Ada", number = 17 },
            }
        );
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static Task FollowAsync(DashboardBrowser browser, string link) =>
        browser.Page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).First.ClickAsync();

    private static async Task KeepAsync(DashboardBrowser browser, string name)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SCREENSHOTS") is { Length: > 0 } folder)
            await browser.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"dashboard-{name}.png") });
    }

    [GeneratedRegex("[1-9][0-9]* sent and 1 failed")]
    private static partial Regex Failed();
}
