using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Dashboard.Tests;

/// <summary>Users, devices, topics, templates, keys, and a test message, in a browser without scripts.</summary>
public sealed class ManagementPagesTests : IAsyncLifetime
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
    public async Task A_user_is_saved_changed_reached_over_a_device_and_deleted()
    {
        // The name of a user may contain what separates the parts of a path.
        const string Id = "team/ada & co";
        await _browser.OpenAsync("users");
        await _browser.PressAsync("Save user", ("id", Id), ("email", "ada@example.org"), ("locale", "sv-SE"));
        Assert.Equal(Id, _browser.Page.QuerySelector("h1")!.TextContent);
        await _browser.PressAsync("Save user", ("phone", "+46701234567"));
        var user = (await Recipients.FindUserAsync(Trigger.DefaultTenant, Id))!.Value;
        Assert.Equal(
            [("email", "ada@example.org"), ("phone", "+46701234567")],
            user.Addresses.Select(address => (address.Key, address.Value)).Order()
        );

        await _browser.PressAsync("Register device", ("deviceId", "phone-1"), ("token-of-device", "secret-token-of-the-phone"));
        Assert.Contains("phone-1", _browser.Page.QuerySelector("table")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", _browser.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        await _browser.PressAsync("Remove device phone-1");
        Assert.Empty(await Recipients.ListDevicesAsync(Trigger.DefaultTenant, Id));

        await _browser.PressAsync("Send a test");
        await _app.WhenAsync(Guid.Parse(_browser.Path.Split('/')[1]), NotificationStatus.Completed);

        await _browser.OpenAsync($"users/{Uri.EscapeDataString(Id)}");
        await _browser.PressAsync("Delete user");
        Assert.Contains("tick the box first", _browser.Text, StringComparison.Ordinal);
        await _browser.PressAsync("Delete user", ("confirm", "true"));
        Assert.Null(await Recipients.FindUserAsync(Trigger.DefaultTenant, Id));
        Assert.Equal(
            ["saveUser", "saveUser", "saveDevice", "deleteDevice", "triggerNotification", "deleteUser", "deleteUser"],
            (await _app.ReadAuditAsync()).Select(record => record.Action)
        );
        Assert.All(await _app.ReadAuditAsync(), record => Assert.Equal(new AuditResource("users", Id), record.Resource));
    }

    [Fact]
    public async Task A_topic_gets_subscribers_and_a_broadcast_with_its_progress()
    {
        await Recipients.SaveUserAsync(CreateUser("ada"));
        await Recipients.SaveUserAsync(CreateUser("bo"));
        await _browser.OpenAsync("topics");
        await _browser.PressAsync("Search", ("name", "news"));
        await _browser.PressAsync("Subscribe", ("users", "ada, bo cy"));
        await _browser.PressAsync("Unsubscribe cy");
        Assert.Equal(2, await Recipients.CountSubscribersAsync(Trigger.DefaultTenant, "news"));

        await _browser.PressAsync("Send to 2 subscribers", ("title", "News"), ("body", "Today"));
        Assert.Contains("Tick the box", _browser.Text, StringComparison.Ordinal);
        Assert.Equal("Today", _browser.Page.QuerySelector("#i-body")!.GetAttribute("value"));
        await _browser.PressAsync("Send to 2 subscribers", ("confirm", "true"));
        var id = Guid.Parse(_browser.Path.Split('/')[1]);
        await _app.WhenAsync(id, NotificationStatus.Completed);
        await _browser.OpenAsync($"notifications/{id}");
        Assert.Equal("2", _browser.Page.QuerySelector("progress")!.GetAttribute("value"));
    }

    [Fact]
    public async Task A_template_is_previewed_per_channel_and_saved_as_a_version_and_an_old_version_becomes_the_newest()
    {
        await _browser.OpenAsync("template-editor");
        await _browser.PressAsync("Preview", ("name", "welcome"), ("title", "Hello {{ name }}"), ("body", "{% if %}"));
        Assert.NotEmpty(_browser.Page.QuerySelectorAll("#preview .notice li"));
        await _browser.PressAsync(
            "Preview",
            ("body", "Welcome, {{ name }}"),
            ("html", "<b>{{ name }}</b>"),
            ("data", "{\"name\":\"Bo\"}")
        );
        Assert.Contains("Welcome, Bo", _browser.Page.QuerySelector("#preview")!.TextContent, StringComparison.Ordinal);
        await _browser.PressAsync("Add a variant");
        Assert.Equal(2, _browser.Page.QuerySelectorAll(".variant").Length);
        Assert.Contains(
            "Hello {{ name }}",
            _browser.Page.QuerySelector("#title-0")!.GetAttribute("value"),
            StringComparison.Ordinal
        );
        await _browser.PressAsync("Remove variant 2");

        await _browser.PressAsync("Save", ("name", ""));
        Assert.Equal(HttpStatusCode.BadRequest, _browser.Status);
        Assert.Equal("{\"name\":\"Bo\"}", _browser.Page.QuerySelector("#data")!.TextContent);
        await _browser.PressAsync("Save", ("name", "welcome"));
        Assert.Contains("Saved as version 1", _browser.Text, StringComparison.Ordinal);
        await _browser.PressAsync("Save", ("title", "Good day {{ name }}"));

        await _browser.FollowAsync("Version 1");
        await _browser.PressAsync("Save");
        var newest = (await _app.Services.GetRequiredService<ITemplateCatalog>().FindAsync(Trigger.DefaultTenant, "welcome"))!;
        Assert.Equal((3, "Hello {{ name }}"), (newest.Version, Assert.Single(newest.Variants).Title));
    }

    [Fact]
    public async Task A_new_key_is_shown_once_and_can_be_revoked()
    {
        await _browser.OpenAsync("keys");
        await _browser.PressAsync("Create key", ("name", "orders"), ("scopes", "send"), ("scopes", "read"));
        var secret = _browser.Page.QuerySelector("#secret")!.GetAttribute("value")!;
        Assert.StartsWith("nk_", secret, StringComparison.Ordinal);
        await _browser.FollowAsync("Back to the keys");
        Assert.DoesNotContain(secret, _browser.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        Assert.Contains("send, read", _browser.Text, StringComparison.Ordinal);

        await _browser.PressAsync("Revoke orders");
        Assert.Empty((await _app.Services.GetRequiredService<IApiKeys>().ListAsync(Trigger.DefaultTenant)).Items);
        await _browser.OpenAsync("audit");
        var rows = _browser.Page.QuerySelectorAll("tbody tr").Select(row => row.TextContent).ToList();
        Assert.Contains("revokeApiKey", rows[0], StringComparison.Ordinal);
        Assert.Contains("send read", rows[1], StringComparison.Ordinal);
        Assert.DoesNotContain(secret, _browser.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_for_one_tenant_cannot_make_or_rotate_one_for_all()
    {
        await using var app = await DashboardApplication.StartAsync(options => options.RequireKey = true);
        await app.CreateKeyAsync(ApiScope.Platform);
        using var browser = await AccessTests.SignInAsync(app, ApiScope.Read | ApiScope.Admin);

        await browser.OpenAsync("keys");
        await browser.PressAsync("Create key", ("name", "mine"), ("scopes", "platform"));
        Assert.Contains("Only a key with the scope platform", browser.Text, StringComparison.Ordinal);
        var rotate = browser
            .Page.QuerySelectorAll("tbody tr")
            .First(row => row.TextContent.Contains("platform", StringComparison.Ordinal));
        await browser.PostAsync(
            browser.Resolve(rotate.QuerySelector("form")!.GetAttribute("action")!).ToString(),
            ("token", rotate.QuerySelector("input[name=token]")!.GetAttribute("value")!)
        );
        Assert.Contains("Only a key with the scope platform", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_is_sent_over_a_channel_and_the_sandbox_shows_it()
    {
        await _browser.OpenAsync("providers");
        await _browser.PressAsync("Send a test", ("channel", "sms"), ("address", "+46701234567"));
        var id = Guid.Parse(_browser.Path.Split('/')[1]);
        await _app.WhenAsync(id, NotificationStatus.Completed);

        await _browser.OpenAsync("sandbox");
        Assert.Contains("If you read this, the channel works.", _browser.Text, StringComparison.Ordinal);
        await _browser.OpenAsync("providers");
        await _browser.PressAsync("Send a test", ("channel", "sms"), ("address", "nonsense"));
        Assert.Equal(HttpStatusCode.BadRequest, _browser.Status);
        AssertRefused("address", "nonsense");
        Assert.Equal("sms", ((IHtmlSelectElement)_browser.Page.QuerySelector("#i-channel")!).Value);
    }

    [Fact]
    public async Task A_provider_is_paused_with_its_deliveries_waiting_and_resumed()
    {
        await _app.WhenAsync(await _app.SendEmailAsync(), NotificationStatus.Completed);
        await _browser.OpenAsync("providers");
        Assert.Contains("p95", _browser.Page.QuerySelector("[aria-labelledby='p-mail']")!.TextContent, StringComparison.Ordinal);
        await _browser.PressAsync("Pause mail");
        Assert.Equal("Paused", _browser.Page.QuerySelector("[aria-labelledby='p-mail'] .badge.warn")!.TextContent);
        await _browser.OpenAsync();
        Assert.Contains("mail is paused", _browser.Text, StringComparison.Ordinal);

        var waiting = await _app.SendEmailAsync();
        var other = await _app.SendEmailAsync(change: trigger => trigger with { To = Recipient.Phone("+46701234567") });
        await _app.WhenAsync(other, NotificationStatus.Completed);
        Assert.Equal(NotificationStatus.InProgress, (await _app.Queries.FindAsync(Trigger.DefaultTenant, waiting))!.Status);

        await _browser.OpenAsync("providers");
        await _browser.PressAsync("Resume mail");
        await _app.WhenAsync(waiting, NotificationStatus.Completed);
        Assert.Equal(
            [("pauseProvider", (string?)"mail"), ("resumeProvider", "mail")],
            (await _app.ReadAuditAsync()).Select(record => (record.Action, record.Resource?.Id))
        );
    }

    [Fact]
    public async Task Only_an_operator_of_all_tenants_pauses_a_provider()
    {
        await using var app = await DashboardApplication.StartAsync(options => options.RequireKey = true);
        using var manager = await AccessTests.SignInAsync(app, ApiScope.Read | ApiScope.Manage);

        await manager.OpenAsync("providers");
        Assert.DoesNotContain(manager.Page.QuerySelectorAll("button"), button => button.TextContent.Contains("mail"));
        Assert.DoesNotContain(Environment.MachineName, manager.Page.QuerySelector("#providers")!.TextContent);
        var token = manager.Page.QuerySelector("input[name=token]")!.GetAttribute("value")!;
        await manager.PostAsync("providers/mail/pause", ("token", token));

        Assert.Equal(HttpStatusCode.Forbidden, manager.Status);
        Assert.All(await app.Services.GetRequiredService<IProviders>().ListAsync(), provider => Assert.Null(provider.PausedAt));
    }

    [Fact]
    public async Task An_endpoint_subscribes_to_events_is_tested_disabled_gets_another_secret_and_is_deleted()
    {
        await using var app = await DashboardApplication.StartAsync(services: services =>
            services.AddNotifications().AddWebhook(webhook => webhook.Secret = $"whsec_{Convert.ToBase64String(new byte[32])}")
        );
        using var browser = app.OpenBrowser();
        await browser.OpenAsync("event-subscriptions");
        await browser.PressAsync("Create subscription", ("url", "https://example.org/hooks"));
        Assert.Equal(HttpStatusCode.BadRequest, browser.Status);
        Assert.Contains("types", browser.Text, StringComparison.Ordinal);

        await browser.OpenAsync("event-subscriptions");
        await browser.PressAsync(
            "Create subscription",
            ("url", "https://example.org/hooks"),
            ("types", "delivery.*"),
            ("types", "receipt.*")
        );
        var secret = browser.Page.QuerySelector("#secret")!.GetAttribute("value")!;
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        var subscriptions = app.Services.GetRequiredService<IEventSubscriptions>();
        var created = Assert.Single((await subscriptions.ListAsync(Trigger.DefaultTenant)).Items);
        Assert.Equal(["delivery.*", "receipt.*"], created.Types);

        await browser.FollowAsync("Back to the subscriptions");
        Assert.DoesNotContain(secret, browser.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        await browser.PressAsync("Disable");
        Assert.False((await subscriptions.FindAsync(Trigger.DefaultTenant, created.Id))!.Value.IsEnabled);
        await browser.PressAsync("Enable");
        Assert.True((await subscriptions.FindAsync(Trigger.DefaultTenant, created.Id))!.Value.IsEnabled);
        await browser.PressAsync("Rotate secret");
        Assert.NotEqual(secret, browser.Page.QuerySelector("#secret")!.GetAttribute("value"));
        await browser.FollowAsync("Back to the subscriptions");
        await browser.PressAsync("Send a test event");
        Assert.StartsWith("notifications/", browser.Path, StringComparison.Ordinal);
        await browser.OpenAsync("event-subscriptions");
        await browser.PressAsync("Delete subscription");
        Assert.Single((await subscriptions.ListAsync(Trigger.DefaultTenant)).Items);
        await browser.PressAsync("Delete subscription", ("confirm", "true"));
        Assert.Empty((await subscriptions.ListAsync(Trigger.DefaultTenant)).Items);
    }

    [Fact]
    public async Task A_template_keeps_what_the_editor_does_not_show_and_what_somebody_else_saved()
    {
        var catalog = _app.Services.GetRequiredService<ITemplateCatalog>();
        var inbox = new InboxContent { Url = "https://example.org/orders" };
        var welcome = new Template
        {
            Name = "welcome",
            Track = false,
            Variants =
            [
                new TemplateVariant { Title = "A" },
                new TemplateVariant
                {
                    Channel = Channel.Inbox,
                    Title = "B",
                    Inbox = inbox,
                },
            ],
        };
        await catalog.SaveAsync(welcome);
        await _browser.OpenAsync("template-editor?name=welcome");
        await _browser.PressAsync("Remove variant 1");
        await _browser.PressAsync("Save", ("title", "C"), ("data", """{"name":"Grace"}"""));
        var saved = (await catalog.FindAsync(Trigger.DefaultTenant, "welcome"))!;
        Assert.Equal((2, false, "C"), (saved.Version, saved.Track, Assert.Single(saved.Variants).Title));
        Assert.Equal(inbox.Url, saved.Variants[0].Inbox?.Url);
        Assert.Equal("""{"name":"Grace"}""", _browser.Page.QuerySelector("#data")!.TextContent);

        await catalog.SaveAsync(welcome);
        await _browser.PressAsync("Save", ("title", "D"));
        Assert.Equal(HttpStatusCode.BadRequest, _browser.Status);
        Assert.Contains("Somebody saved version 3", _browser.Text, StringComparison.Ordinal);
        Assert.NotEmpty(_browser.Page.QuerySelectorAll(".diff .ins"));
        await _browser.PressAsync("Save");
        saved = (await catalog.FindAsync(Trigger.DefaultTenant, "welcome"))!;
        Assert.Equal((4, "D"), (saved.Version, Assert.Single(saved.Variants).Title));

        await _browser.OpenAsync("template-editor");
        await _browser.PressAsync("Save", ("name", "welcome"));
        Assert.Contains("A template has this name already", _browser.Text, StringComparison.Ordinal);
        Assert.Equal(4, (await catalog.FindAsync(Trigger.DefaultTenant, "welcome"))!.Version);
    }

    [Fact]
    public async Task A_refused_form_names_the_field_and_keeps_what_was_typed()
    {
        await Recipients.SaveUserAsync(CreateUser("ada"));
        await _browser.OpenAsync("users");
        await _browser.PressAsync("Save user", ("id", "ada"), ("locale", "sv"));
        Assert.Equal("ada@example.org", (await Recipients.FindUserAsync(Trigger.DefaultTenant, "ada"))!.Value.Addresses["email"]);
        AssertRefused("id", "ada");
        await _browser.PressAsync("Save user", ("id", "bo"), ("phone", "12"));
        AssertRefused("phone", "12");

        await _browser.OpenAsync("users/ada");
        await _browser.PressAsync("Register device", ("deviceId", "p"), ("token-of-device", "t t"));
        AssertRefused("token-of-device", "t t");
        Assert.Equal("p", _browser.Page.QuerySelector("#i-deviceId")!.GetAttribute("value"));

        await _browser.OpenAsync("keys");
        await _browser.PressAsync("Create key", ("name", "orders"), ("scopes", "send"), ("days", "30 days"));
        AssertRefused("days", "30 days");
        Assert.True(((IHtmlInputElement)_browser.Page.QuerySelector("input[value=send]")!).IsChecked);
        Assert.Empty((await _app.Services.GetRequiredService<IApiKeys>().ListAsync(Trigger.DefaultTenant)).Items);
        Assert.All((await _app.ReadAuditAsync()).TakeLast(2), record => Assert.Equal(AuditOutcome.Refused, record.Outcome));
    }

    private void AssertRefused(string field, string typed)
    {
        var input = _browser.Page.QuerySelector($"#i-{field}")!;
        Assert.Equal((HttpStatusCode.BadRequest, typed), (_browser.Status, input.GetAttribute("value")));
        Assert.Equal("true", input.GetAttribute("aria-invalid"));
        Assert.NotEmpty(_browser.Page.QuerySelector($"#{input.GetAttribute("aria-describedby")}")!.TextContent);
    }

    private IRecipients Recipients => _app.Services.GetRequiredService<IRecipients>();

    private static User CreateUser(string id) =>
        new()
        {
            Id = id,
            Addresses = new Dictionary<string, string> { ["email"] = $"{id}@example.org" },
        };
}
