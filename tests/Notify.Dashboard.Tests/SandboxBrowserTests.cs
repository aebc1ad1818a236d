using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Notify.Providers.Sandbox;
using Notify.TestSupport;

namespace Notify.Dashboard.Tests;

/// <summary>The messages of the sandbox in Debian's Chromium.</summary>
public sealed class SandboxBrowserTests
{
    private const string Attack = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>";

    [Fact]
    public async Task A_message_appears_in_an_open_page_and_the_forms_break_mend_and_clear()
    {
        await using var app = await DashboardApplication.StartAsync();
        await CaptureAsync(app, new Content { Title = "An email without HTML", Body = "The first message" });
        await using var browser = await DashboardBrowser.OpenAsync(app);
        await GoToAsync(browser, "The first message");
        await browser.Page.EvaluateAsync("document.body.dataset.loaded = 'once'");

        var sms = new Trigger
        {
            To = Recipient.Phone("+46701234567"),
            Content = new Content { Body = "Живое сообщение" },
        };
        await app.Notifier.TriggerAsync(sms);
        await browser.SeeAsync("Живое сообщение");
        Assert.Equal("once", await browser.Page.EvaluateAsync<string>("document.body.dataset.loaded"));
        Assert.Equal("Живое сообщение", (await browser.Page.Locator(".captured .bubble").First.InnerTextAsync()).Trim());
        Assert.DoesNotContain(
            "UTC",
            await browser.Page.Locator(".captured time").First.InnerTextAsync(),
            StringComparison.Ordinal
        );

        await browser.Page.GetByLabel("Channel of the answer").SelectOptionAsync("sms");
        await browser.Page.GetByLabel("Answer", new() { Exact = true }).SelectOptionAsync("Rejected");
        await browser.PressAsync("Set the answer");
        await browser.SeeAsync("Answer over sms from now on: Reject the messages.");
        var refused = (await app.Notifier.TriggerAsync(sms)).Id;
        await app.WhenAsync(refused, NotificationStatus.Failed);
        await browser.GoAsync("sandbox");
        await browser.SeeAsync("Not sent");

        await browser.PressAsync("Clear the sandbox");
        await browser.SeeAsync("3 messages are gone from the sandbox.");
        Assert.Equal(0, await browser.Page.Locator(".captured").CountAsync());
        Assert.Equal([], browser.Complaints);
    }

    [Fact]
    public async Task An_email_runs_no_script()
    {
        await using var app = await DashboardApplication.StartAsync();
        await CaptureAsync(
            app,
            new Content
            {
                Title = Attack,
                Body = Attack,
                Html = $"<p>A mail</p>{Attack}<script>parent.document.title='taken'</script>",
            }
        );
        await using var browser = await DashboardBrowser.OpenAsync(app);
        await GoToAsync(browser, "<img src=x");
        await browser.Page.Locator(".captured a").First.ClickAsync();
        await browser.Page.FrameLocator("iframe").GetByText("A mail").WaitForAsync();

        Assert.Equal(Attack, await browser.Page.Locator("h1").TextContentAsync());
        Assert.Equal($"{Attack} · Notify", await browser.Page.TitleAsync());
    }

    [Fact]
    public async Task An_email_opens_no_connection()
    {
        using var folder = new TemporaryFolder();
        using var trap = new TcpListener(IPAddress.Loopback, 0);
        trap.Start();
        var other = $"http://{trap.LocalEndpoint}";
        await using var app = await DashboardApplication.StartAsync();
        await CaptureAsync(
            app,
            new Content
            {
                Title = "x",
                Html =
                    $"<html><head><LINK rel=preconnect href='{other}'><link rel=dns-prefetch href='{other}'>"
                    + $"<link rel=prefetch href='{other}/a'><link rel=stylesheet href='{other}/b.css'><base href='{other}'>"
                    + $"<meta http-equiv=refresh content='0;url={other}/c'></head><body><link\nrel=preconnect href='{other}'>"
                    + $"<img src='{other}/d.png'><p>A mail</p></body></html>",
            }
        );
        var message = app.Services.GetRequiredService<ISandbox>().Messages.Single();
        var email = $"{DashboardApplication.Prefix}/sandbox/{message.DeliveryId}/{message.Sequence}/email";

        // Not with Playwright, which switches off the connections that a browser prepares.
        await using var chromium = ServerProcess.Start(
            ServerProcess.Find("chromium"),
            [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                $"--user-data-dir={folder.Path}",
                "--virtual-time-budget=5000",
                "--dump-dom",
                new Uri(app.Url, email).ToString(),
            ],
            new Dictionary<string, string> { ["TMPDIR"] = folder.Path }
        );
        await chromium.WaitForExitAsync();

        Assert.Contains("A mail", chromium.Output, StringComparison.Ordinal);
        Assert.False(trap.Pending(), "the mail connected");
    }

    // A test notification, because another provider sends email.
    private static async Task CaptureAsync(DashboardApplication app, Content content)
    {
        var id = await app.SendEmailAsync(change: trigger => trigger with { Kind = ApiKeyKind.Test, Content = content });
        await app.WhenAsync(id, NotificationStatus.Completed);
    }

    private static async Task GoToAsync(DashboardBrowser browser, string text)
    {
        await browser.GoAsync();
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "Sandbox", Exact = true }).ClickAsync();
        await browser.SeeAsync(text);
    }
}
