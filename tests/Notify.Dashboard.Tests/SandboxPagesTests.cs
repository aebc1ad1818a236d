using System.Net;
using AngleSharp.Dom;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Providers.Sandbox;
using Notify.TestSupport;

namespace Notify.Dashboard.Tests;

/// <summary>The messages of the sandbox, and its forms, in a browser without scripts.</summary>
public sealed class SandboxPagesTests : IAsyncLifetime
{
    private DashboardApplication _app = null!;
    private PlainBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await DashboardApplication.StartAsync();
        _browser = _app.OpenBrowser();
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task The_list_is_searched_by_channel_recipient_and_text_of_any_alphabet_and_paged()
    {
        for (var i = 0; i < 26; i++)
            await SendSmsAsync("+46701234567", $"Code {i:00}");
        await SendSmsAsync("+46709999999", "Ваш заказ в пути");
        await CaptureAsync(27);
        await SendEmailAsync("ada@example.org", new Content { Title = "注文 42", Body = "発送しました" });
        await CaptureAsync(28);

        await _browser.OpenAsync("sandbox");
        Assert.Equal("email ada@example.org", ReadHeadings()[0]);
        Assert.Equal(24, ReadHeadings().Length);
        await _browser.FollowAsync("Next page");
        Assert.Equal(4, ReadHeadings().Length);

        await _browser.OpenAsync("sandbox");
        await _browser.PressAsync("Search", ("text", "ВАШ ЗАКАЗ"));
        Assert.Equal("sms +46709999999", Assert.Single(ReadHeadings()));
        await _browser.PressAsync("Search", ("text", "発送"), ("channel", "email"));
        Assert.Equal("email ada@example.org", Assert.Single(ReadHeadings()));
        Assert.Equal("発送", _browser.Page.QuerySelector("input[name=text]")!.GetAttribute("value"));
        await _browser.PressAsync("Search", ("text", ""), ("recipient", "7099"), ("channel", "sms"));
        Assert.Equal("sms +46709999999", Assert.Single(ReadHeadings()));
        await _browser.PressAsync("Search", ("recipient", "7012"));
        await _browser.FollowAsync("Next page");
        Assert.Contains("recipient=7012", _browser.Path, StringComparison.Ordinal);
        Assert.Equal(2, ReadHeadings().Length);
        await _browser.PressAsync("Search", ("text", "nothing has this"));
        Assert.Contains("No message matches", _browser.Text, StringComparison.Ordinal);
        await _browser.OpenAsync("sandbox?channel=E%20MAIL");
        Assert.Equal(HttpStatusCode.BadRequest, _browser.Status);
    }

    [Fact]
    public async Task A_message_shows_its_headers_data_and_files_and_links_to_its_notification()
    {
        var id = await SendEmailAsync(
            "ada@example.org",
            new Content
            {
                Title = "مرحبا",
                Body = "Text",
                Html = "<p>Hello</p>",
                Data = new Dictionary<string, string> { ["order"] = "42" },
                Email = new EmailContent
                {
                    ReplyTo = [new Mailbox("shop@example.org", "The shop")],
                    Cc = ["boss@example.org", "legal@example.org"],
                    Headers = new Dictionary<string, string> { ["X-Campaign"] = "spring" },
                },
                Attachments = [new Attachment("invoice.pdf", "application/pdf", new byte[1234])],
            }
        );
        await CaptureAsync(1);

        await _browser.OpenAsync("sandbox");
        await _browser.FollowAsync(_browser.Page.QuerySelector(".captured .links a")!);
        Assert.Equal("مرحبا", _browser.Page.QuerySelector("h1")!.TextContent);
        Assert.Equal(
            "Reply-To The shop <shop@example.org> Cc boss@example.org, legal@example.org X-Campaign spring",
            ReadGroup("#headers dl")
        );
        Assert.Equal("order 42", ReadGroup("#data dl"));
        Assert.Equal("invoice.pdf application/pdf, 1,234 bytes", ReadGroup("#files dl"));
        var frame = _browser.Page.QuerySelector("iframe")!;
        Assert.Equal("", frame.GetAttribute("sandbox"));
        var message = _browser.Path;
        await _browser.SendAsync(new HttpRequestMessage(HttpMethod.Get, _browser.Resolve(frame.GetAttribute("src")!)));
        Assert.Equal("Hello", _browser.Page.QuerySelector("p")!.TextContent);
        await _browser.OpenAsync(message);
        await _browser.FollowAsync($"{id}");
        Assert.Equal($"notifications/{id}", _browser.Path);

        // The number of a message begins anew with each process. An old link must not show another message.
        var sequence = message.Split('/')[^1];
        await _browser.OpenAsync($"sandbox/{Guid.CreateVersion7()}/{sequence}");
        Assert.Equal(HttpStatusCode.NotFound, _browser.Status);
    }

    [Fact]
    public async Task Another_tenant_sees_and_clears_only_its_own_messages()
    {
        await _app.SendEmailAsync(change: trigger => trigger with { Tenant = "acme", Kind = ApiKeyKind.Test });
        await SendSmsAsync("+46701234567", "Ours");
        await CaptureAsync(2);
        var path = Assert.Single(Sandbox.Messages, message => message.Tenant == "acme");

        await _browser.OpenAsync("sandbox");
        Assert.Equal("sms +46701234567", Assert.Single(ReadHeadings()));
        await _browser.OpenAsync($"sandbox/{path.DeliveryId}/{path.Sequence}");
        Assert.Equal(HttpStatusCode.NotFound, _browser.Status);
        await _browser.OpenAsync("sandbox?tenant=acme");
        Assert.Equal("email ada@example.org", Assert.Single(ReadHeadings()));
        await _browser.PressAsync("Clear the sandbox");
        Assert.Contains("1 message is gone", _browser.Text, StringComparison.Ordinal);
        Assert.Equal(Trigger.DefaultTenant, Assert.Single(Sandbox.Messages).Tenant);
        var record = Assert.Single(await _app.ReadAuditAsync("acme"));
        Assert.Equal(("clearCapturedMessages", "1"), (record.Action, Assert.Single(record.Changes).After));
    }

    [Fact]
    public async Task Another_answer_fails_the_messages_of_a_channel_until_it_is_mended()
    {
        await _browser.OpenAsync("sandbox");
        await _browser.PressAsync("Set the answer", ("channel", "sms"), ("answer", "Rejected"));
        Assert.Contains("Answer over sms: Reject the messages", _browser.Text, StringComparison.Ordinal);
        var refused = await SendSmsAsync("+46701234567", "Refused");
        await _app.WhenAsync(refused, NotificationStatus.Failed);
        await _browser.OpenAsync("sandbox");
        Assert.Equal("Not sent", _browser.Page.QuerySelector(".captured .badge")!.TextContent);
        await _browser.FollowAsync(_browser.Page.QuerySelector(".captured .links a")!);
        Assert.Contains("Not sent: the sandbox rejects the message", _browser.Text, StringComparison.Ordinal);

        await _browser.OpenAsync("sandbox");
        await _browser.PressAsync("Set the answer", ("channel", "sms"), ("answer", "Sent"));
        await _app.WhenAsync(await SendSmsAsync("+46701234567", "Accepted"), NotificationStatus.Completed);
        await _browser.PressAsync("Set the answer", ("channel", "carrier-pigeon"));
        Assert.Contains("Choose a channel of the sandbox", _browser.Text, StringComparison.Ordinal);
        Assert.Equal(
            [("setCapturedAnswer", "sms", "Rejected"), ("setCapturedAnswer", "sms", "Sent"), ("setCapturedAnswer", null, null)],
            (await _app.ReadAuditAsync()).Select(record =>
                (record.Action, record.Resource?.Id, record.Changes.SingleOrDefault()?.After)
            )
        );
    }

    [Fact]
    public async Task A_reader_gets_no_form_and_cannot_post_one()
    {
        await using var app = await DashboardApplication.StartAsync(options => options.RequireKey = true);
        using var browser = await AccessTests.SignInAsync(app, ApiScope.Read);

        await browser.OpenAsync("sandbox");
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.DoesNotContain(browser.Page.QuerySelectorAll("main form"), form => form.GetAttribute("method") == "post");
        foreach (var action in (string[])["sandbox/clear", "sandbox/answer"])
        {
            await browser.PostAsync(action);
            Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
        }
    }

    [Fact]
    public async Task An_application_without_the_sandbox_has_no_page_and_no_link()
    {
        await using var app = await DashboardApplication.StartAsync(services: services =>
            services.Remove(services.Single(service => service.ServiceType == typeof(ICapturedMessages)))
        );
        using var browser = app.OpenBrowser();
        await browser.OpenAsync();
        Assert.DoesNotContain(browser.Page.QuerySelectorAll("nav a"), link => link.TextContent == "Sandbox");
        await browser.OpenAsync("sandbox");
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
    }

    private ISandbox Sandbox => _app.Services.GetRequiredService<ISandbox>();

    private Task CaptureAsync(int count) =>
        Eventually.TrueAsync(() => Sandbox.Messages.Count == count, $"{count} captured messages");

    private async Task<Guid> SendSmsAsync(string phone, string body) =>
        (
            await _app.Notifier.TriggerAsync(
                new Trigger
                {
                    To = Recipient.Phone(phone),
                    Content = new Content { Body = body },
                }
            )
        ).Id;

    // A test notification, because another provider sends email.
    private Task<Guid> SendEmailAsync(string to, Content content) =>
        _app.SendEmailAsync(to, change: trigger => trigger with { Kind = ApiKeyKind.Test, Content = content });

    private string[] ReadHeadings() => [.. _browser.Page.QuerySelectorAll(".captured h2").Select(ReadText)];

    private string ReadGroup(string selector) =>
        string.Join(' ', _browser.Page.QuerySelectorAll($"{selector} dt, {selector} dd").Select(ReadText));

    private static string ReadText(IElement element) =>
        string.Join(' ', element.TextContent.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
}
