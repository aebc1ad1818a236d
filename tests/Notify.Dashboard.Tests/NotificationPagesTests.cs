using System.Globalization;
using System.Net;
using AngleSharp.Dom;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Dashboard.Tests;

/// <summary>The overview, the notifications, and the dead letters, in a browser without scripts.</summary>
public sealed class NotificationPagesTests : IAsyncLifetime
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
    public async Task A_broadcast_shows_its_progress_and_is_paused_resumed_and_cancelled()
    {
        // Nothing expands the broadcast here, so it stays at its begin.
        await using var app = await DashboardApplication.StartAsync(services: services =>
            services.Configure<NotificationsOptions>(options => options.Workers = Workers.Delivery)
        );
        var recipients = app.Services.GetRequiredService<IRecipients>();
        await recipients.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "grace"]);
        using var browser = app.OpenBrowser();
        await browser.OpenAsync("topics/news");
        await browser.PressAsync("Send to 2 subscribers", ("title", "News"), ("body", "x"), ("confirm", "true"));
        var id = Guid.Parse(browser.Path.Split('/')[1]);
        var broadcasts = app.Services.GetRequiredService<IBroadcasts>();
        Assert.Contains("0 of 2 users planned", browser.Text, StringComparison.Ordinal);

        await browser.PressAsync("Pause broadcast");
        Assert.Contains("The broadcast is paused", browser.Text, StringComparison.Ordinal);
        Assert.NotNull((await broadcasts.FindAsync(Trigger.DefaultTenant, id))!.PausedAt);
        await browser.PressAsync("Resume broadcast");
        Assert.Null((await broadcasts.FindAsync(Trigger.DefaultTenant, id))!.PausedAt);
        await browser.OpenAsync("topics");
        Assert.Contains("0 of 2 users planned", browser.Page.QuerySelector("#broadcasts")!.TextContent, StringComparison.Ordinal);
        await browser.PressAsync("Cancel what is not sent");
        Assert.Equal(
            ["triggerNotification", "pauseNotification", "resumeNotification", "cancelNotification"],
            (await app.ReadAuditAsync()).Select(record => record.Action)
        );
    }

    [Fact]
    public async Task The_overview_counts_per_channel_and_names_what_needs_attention()
    {
        var sent = await _app.SendEmailAsync();
        await _app.WhenAsync(sent, NotificationStatus.Completed);
        var delivery = (await _app.Queries.FindAsync(Trigger.DefaultTenant, sent))!.Deliveries.Items[0].Delivery;
        await _app
            .Services.GetRequiredService<IReceipts>()
            .AddAsync(Trigger.DefaultTenant, [new Receipt(delivery.Id, ReceiptKind.Delivered, DateTimeOffset.UtcNow)]);
        _app.Mail.Answer(() => Outcome.Rejected("550 no such mailbox"));
        await _app.WhenAsync(await _app.SendEmailAsync(), NotificationStatus.Failed);

        await TestSupport.Eventually.TrueAsync(
            async () =>
            {
                await _browser.OpenAsync("?range=1h");
                return _browser
                    .Page.QuerySelector("#channels")!
                    .TextContent.Contains("1 sent and 1 failed, 1 delivered", StringComparison.Ordinal);
            },
            "the counts"
        );
        var email = _browser.Page.QuerySelector("[aria-labelledby=c-email]")!;
        Assert.Equal((1, 1), (email.QuerySelectorAll(".bar-bad").Length, email.QuerySelectorAll(".bar-mark").Length));
        Assert.Contains(
            "2 accepted",
            _browser.Page.QuerySelector("#chart-accepted-title")!.TextContent,
            StringComparison.Ordinal
        );
        Assert.Contains("1 dead letter", _browser.Page.QuerySelector("#attention")!.TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(email.QuerySelectorAll("tbody tr"));
    }

    [Fact]
    public async Task The_list_is_filtered_by_the_query_string_and_paged_by_a_cursor()
    {
        for (var i = 0; i < 60; i++)
            await _app.SendEmailAsync(change: trigger => trigger with { Category = "news", Reference = $"r-{i}" });
        await _app.SendEmailAsync(title: "Another", change: trigger => trigger with { Category = "other" });

        await _browser.OpenAsync("notifications?category=news");
        Assert.Equal(50, _browser.Page.QuerySelectorAll("tbody tr").Length);
        Assert.Equal("news", _browser.Page.QuerySelector("input[name=category]")!.GetAttribute("value"));
        await _browser.FollowAsync("Next page");
        Assert.Equal(10, _browser.Page.QuerySelectorAll("tbody tr").Length);
        Assert.Contains("category=news", _browser.Path, StringComparison.Ordinal);

        await _browser.OpenAsync("notifications");
        await _browser.PressAsync("Search", ("reference", "r-7"));
        var row = Assert.Single(_browser.Page.QuerySelectorAll("tbody tr"));
        var id = row.QuerySelector("a")!.GetAttribute("href")!.Split('/')[^1];
        await _browser.PressAsync("Search", ("id", id), ("reference", ""));
        Assert.Equal($"notifications/{id}", _browser.Path);

        await _browser.OpenAsync("notifications?channel=email&category=other");
        Assert.Single(_browser.Page.QuerySelectorAll("tbody tr"));
        await _browser.PressAsync("Search", ("channel", "sms"), ("category", ""));
        Assert.Empty(_browser.Page.QuerySelectorAll("tbody tr"));
        foreach (var wrong in (string[])["channel=E-mail", "status=lost"])
        {
            await _browser.OpenAsync($"notifications?{wrong}");
            Assert.Equal(HttpStatusCode.BadRequest, _browser.Status);
        }

        await _app.SendEmailAsync("Zoe@example.org");
        await _browser.OpenAsync("notifications");
        await _browser.PressAsync("Search", ("address", "zoe@example.org"));
        Assert.Single(_browser.Page.QuerySelectorAll("tbody tr"));

        await _browser.OpenAsync("notifications?from=2026-02-01&to=2026-01-01");
        Assert.Equal(HttpStatusCode.BadRequest, _browser.Status);
        Assert.Contains(
            "from must be before to",
            _browser.Page.QuerySelector("[role=alert]")!.TextContent,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_notification_shows_its_attempts_and_its_content_and_the_email_in_a_frame_without_scripts()
    {
        var id = await _app.SendEmailAsync();
        await _app.WhenAsync(id, NotificationStatus.Completed);

        await _browser.OpenAsync($"notifications/{id}");
        var timeline = _browser.Page.QuerySelector(".timeline")!.TextContent;
        Assert.Contains("by mail", timeline, StringComparison.Ordinal);
        Assert.Contains("vendor-message-1", timeline, StringComparison.Ordinal);
        var frame = _browser.Page.QuerySelector("iframe")!;
        Assert.Equal("", frame.GetAttribute("sandbox"));
        Assert.DoesNotContain("alert(1)", _browser.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);

        await _browser.SendAsync(new HttpRequestMessage(HttpMethod.Get, _browser.Resolve(frame.GetAttribute("src")!)));
        Assert.Equal("It is on its way.", _browser.Page.QuerySelector("h1")!.TextContent);
        var policy = Assert.Single(_browser.Response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.EndsWith("sandbox", policy, StringComparison.Ordinal);

        await _browser.OpenAsync($"notifications/{Guid.CreateVersion7()}");
        Assert.Equal(HttpStatusCode.NotFound, _browser.Status);
    }

    [Fact]
    public async Task Forms_cancel_and_resend_and_land_in_the_audit_log()
    {
        var id = await _app.SendEmailAsync(change: trigger =>
            trigger with
            {
                SendAt = DateTimeOffset.UtcNow.AddDays(1),
                IdempotencyKey = "once",
            }
        );

        await _browser.OpenAsync($"notifications/{id}");
        await _browser.PressAsync("Cancel what is not sent");
        Assert.Equal($"notifications/{id}", _browser.Path);
        Assert.Contains("Cancelled: 1", _browser.Page.QuerySelector("[role=status]")!.TextContent, StringComparison.Ordinal);
        await _browser.OpenAsync($"notifications/{id}");
        Assert.Null(_browser.Page.QuerySelector("[role=status]"));

        await _browser.PressAsync("Send again");
        var copy = Guid.Parse(_browser.Path.Split('/')[1]);
        Assert.NotEqual(id, copy);
        await _app.WhenAsync(copy, NotificationStatus.Completed);

        var records = await _app.ReadAuditAsync();
        Assert.Equal(["cancelNotification", "triggerNotification"], records.Select(record => record.Action));
        Assert.All(records, record => Assert.Equal(new AuditResource("notifications", $"{id}"), record.Resource));
        Assert.All(records, record => Assert.Equal(AuditOutcome.Succeeded, record.Outcome));
    }

    [Fact]
    public async Task Dead_letters_are_grouped_by_reason_counted_by_a_dry_run_and_replayed()
    {
        _app.Mail.Answer(() => Outcome.Rejected("550 no such mailbox"));
        var first = await _app.SendEmailAsync();
        var second = await _app.SendEmailAsync("bo@example.org");
        await _app.WhenAsync(first, NotificationStatus.Failed);
        await _app.WhenAsync(second, NotificationStatus.Failed);
        _app.Mail.Answer(() => Outcome.Rejected("552 mailbox full"));
        var third = await _app.SendEmailAsync("cy@example.org");
        await _app.WhenAsync(third, NotificationStatus.Failed);
        _app.Mail.Mend();

        await _browser.OpenAsync("dead-letters");
        Assert.Equal(
            ["2 550 no such mailbox", "1 552 mailbox full"],
            _browser.Page.QuerySelectorAll(".groups li").Select(group => $"{Read(group, ".count")} {Read(group, ".reason")}")
        );
        DateTimeOffset[] ended =
        [
            .. _browser
                .Page.QuerySelectorAll("tbody .when time")
                .Select(time => DateTimeOffset.Parse(time.GetAttribute("datetime")!, CultureInfo.InvariantCulture)),
        ];
        Assert.Equal(3, ended.Length);
        Assert.Equal(ended.OrderDescending(), ended);
        await _browser.FollowAsync(_browser.Page.QuerySelector(".groups a")!);
        Assert.Equal(2, _browser.Page.QuerySelectorAll("tbody tr").Length);

        await _browser.PressAsync("Replay these…");
        Assert.Equal("Replay 2 dead letters?", _browser.Page.QuerySelector("h1")!.TextContent);
        Assert.Equal(NotificationStatus.Failed, (await _app.Queries.FindAsync(Trigger.DefaultTenant, first))!.Status);
        await _browser.PressAsync("Replay 2 deliveries");
        Assert.Contains("2 deliveries are due again", _browser.Text, StringComparison.Ordinal);
        await _app.WhenAsync(first, NotificationStatus.Completed);
        await _app.WhenAsync(second, NotificationStatus.Completed);

        await _browser.OpenAsync($"notifications/{third}");
        await _browser.PressAsync("Replay this delivery");
        Assert.Equal($"notifications/{third}", _browser.Path);
        await _app.WhenAsync(third, NotificationStatus.Completed);
        Assert.Equal(["2", "1"], (await _app.ReadAuditAsync()).Select(record => Assert.Single(record.Changes).After));
    }

    [Fact]
    public async Task A_filter_that_is_not_understood_shows_and_replays_nothing()
    {
        _app.Mail.Answer(() => Outcome.Rejected("550 no such mailbox"));
        var failed = await _app.SendEmailAsync();
        await _app.WhenAsync(failed, NotificationStatus.Failed);

        foreach (var path in new[] { "notifications", "dead-letters", "audit" })
        {
            await _browser.OpenAsync($"{path}?from=yesterday");
            Assert.Equal(HttpStatusCode.BadRequest, _browser.Status);
            Assert.Contains("from", _browser.Page.QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
            Assert.Equal("yesterday", _browser.Page.QuerySelector("#f-from")!.GetAttribute("value"));
            Assert.Empty(_browser.Page.QuerySelectorAll("tbody tr"));
        }

        await _browser.OpenAsync("dead-letters");
        await _browser.PressAsync("Replay the selected…");
        Assert.Contains("select at least one", _browser.Text, StringComparison.Ordinal);
        await _browser.OpenAsync("dead-letters");
        var token = _browser.Page.QuerySelector("input[name=token]")!.GetAttribute("value")!;
        await _browser.PostAsync("dead-letters/replay", ("token", token), ("provider", "mail"), ("from", "yesterday"));
        Assert.Equal(HttpStatusCode.BadRequest, _browser.Status);
        Assert.Equal(NotificationStatus.Failed, (await _app.Queries.FindAsync(Trigger.DefaultTenant, failed))!.Status);
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_sends_once()
    {
        var id = await _app.SendEmailAsync();
        await _app.WhenAsync(id, NotificationStatus.Completed);
        await _browser.OpenAsync($"notifications/{id}");
        var form = _browser.Page.QuerySelector("form[action$='/resend']")!;
        var action = _browser.Resolve(form.GetAttribute("action")!).ToString();
        var token = form.QuerySelector("input[name=token]")!.GetAttribute("value")!;

        await _browser.PostAsync(action, ("token", token));
        var first = _browser.Path;
        await _browser.PostAsync(action, ("token", token));

        Assert.Equal((HttpStatusCode.OK, first), (_browser.Status, _browser.Path));
        Assert.Equal(2, (await _app.Queries.ListAsync(new NotificationQuery { Tenant = Trigger.DefaultTenant })).Items.Count);
    }

    [Fact]
    public async Task A_large_replay_goes_on_after_the_response_and_shows_its_progress()
    {
        _app.Mail.Answer(() => Outcome.Rejected("552 mailbox full"));
        var providers = _app.Services.GetRequiredService<IProviders>();
        await providers.PauseAsync("mail");
        var to = Enumerable.Range(0, 1_001).Select(i => Recipient.Email($"u{i}@example.org")).Chunk(500);
        foreach (var part in to)
            await _app.SendEmailAsync(change: trigger => trigger with { To = [.. part] });
        await _browser.OpenAsync();
        Assert.Contains("1,001 deliveries wait for mail", _browser.Text, StringComparison.Ordinal);
        var email = _browser.Page.QuerySelector("[aria-labelledby=c-email] .inline-facts")!;
        Assert.Contains("Waiting1,001", email.TextContent, StringComparison.Ordinal);

        await providers.ResumeAsync("mail");
        var all = new DeadLetterFilter { Tenant = Trigger.DefaultTenant };
        await Eventually.TrueAsync(async () => await _app.Queries.CountDeadLettersAsync(all) == 1_001, "the dead letters");
        _app.Mail.Mend();

        await _browser.OpenAsync();
        Assert.Contains("552 mailbox full", _browser.Page.QuerySelector("#attention")!.TextContent, StringComparison.Ordinal);
        await _browser.OpenAsync("dead-letters");
        await _browser.PressAsync("Replay all…");
        await _browser.PressAsync("Replay 1,001 deliveries");
        Assert.StartsWith("dead-letters/progress?", _browser.Path, StringComparison.Ordinal);
        var path = _browser.Path;
        await Eventually.TrueAsync(
            async () =>
            {
                await _browser.OpenAsync(path);
                return _browser.Page.QuerySelector("progress")!.GetAttribute("value") == "1001";
            },
            "the replay"
        );
        await Eventually.TrueAsync(
            async () => (await _browser.OpenAsync()).QuerySelector("#figures")!.TextContent.Contains("used up"),
            "the error budget"
        );
        await _browser.OpenAsync(path);
        Assert.Contains("All of them are due again.", _browser.Text, StringComparison.Ordinal);
        Assert.Equal("1001", Assert.Single((await _app.ReadAuditAsync())[^1].Changes).After);
    }

    private static string Read(IElement parent, string selector) => parent.QuerySelector(selector)!.TextContent.Trim();
}
