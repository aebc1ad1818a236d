using System.Net;
using AngleSharp.Dom;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Notify.Hosting;
using Notify.TestSupport;

namespace Notify.Dashboard.Tests;

/// <summary>Who sees the dashboard, and what they can do there.</summary>
public sealed class AccessTests
{
    private static readonly string Configured = new('k', 32);

    [Fact]
    public async Task Without_a_key_the_pages_are_for_this_machine_only()
    {
        await using var app = await DashboardApplication.StartAsync();
        using var browser = app.OpenBrowser();

        await browser.OpenAsync();
        Assert.Equal("Overview", browser.Page.QuerySelector("h1")!.TextContent);

        using var forwarded = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(app.Url, $"{DashboardApplication.Prefix}/notifications")
        );
        forwarded.Headers.Add("X-Forwarded-For", "203.0.113.9");
        await browser.SendAsync(forwarded);
        Assert.Equal("sign-in?return=notifications", browser.Path);
        Assert.DoesNotContain("Notifications", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_signs_in_with_a_key_and_returns_to_the_page()
    {
        await using var app = await DashboardApplication.StartAsync(options => options.ApiKeys.Add(Configured));
        using var browser = app.OpenBrowser();

        await browser.OpenAsync("notifications?status=failed");
        Assert.Equal("Sign in", browser.Page.QuerySelector("h1")!.TextContent);

        await browser.PressAsync("Sign in", ("key", "nk_wrong"));
        Assert.Equal(HttpStatusCode.Unauthorized, browser.Status);
        Assert.Contains("not valid", browser.Page.QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);

        await browser.PressAsync("Sign in", ("key", Configured));
        Assert.Equal("notifications?status=failed", browser.Path);
        Assert.DoesNotContain(Configured, browser.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);

        await browser.PressAsync("Sign out");
        await browser.OpenAsync();
        Assert.Equal("sign-in", browser.Path);
    }

    [Fact]
    public async Task A_session_ends_when_its_key_is_revoked()
    {
        await using var app = await DashboardApplication.StartAsync(options => options.RequireKey = true);
        var secret = await app.CreateKeyAsync(ApiScope.Read);
        using var browser = app.OpenBrowser();
        await browser.OpenAsync();
        await browser.PressAsync("Sign in", ("key", secret));
        Assert.Equal("", browser.Path);

        var keys = app.Services.GetRequiredService<IApiKeys>();
        var key = Assert.Single((await keys.ListAsync(Trigger.DefaultTenant)).Items);
        await keys.RevokeAsync(key.Tenant, key.Id);

        await browser.OpenAsync();
        Assert.Equal("sign-in", browser.Path);
    }

    [Fact]
    public async Task A_session_is_valid_in_another_process_with_the_same_store_and_not_in_one_with_another_store()
    {
        using var folder = new TemporaryFolder();
        var cookies = new CookieContainer();
        await using (var first = await DashboardApplication.StartAsync(AddKey, sharedFolder: folder))
        {
            using var browser = first.OpenBrowser(cookies: cookies);
            await browser.OpenAsync();
            await browser.PressAsync("Sign in", ("key", Configured));
            Assert.Equal("", browser.Path);
        }

        await using var second = await DashboardApplication.StartAsync(AddKey, sharedFolder: folder);
        using var same = second.OpenBrowser(cookies: cookies);
        await same.OpenAsync("templates");
        Assert.Equal("templates", same.Path);

        await using var stranger = await DashboardApplication.StartAsync(AddKey);
        using var other = stranger.OpenBrowser(cookies: cookies);
        await other.OpenAsync("templates");
        Assert.Equal("sign-in?return=templates", other.Path);

        static void AddKey(NotificationsApiOptions options) => options.ApiKeys.Add(Configured);
    }

    [Fact]
    public async Task The_scopes_of_the_key_decide_which_actions_are_shown_and_allowed()
    {
        await using var app = await DashboardApplication.StartAsync(options => options.RequireKey = true);
        var id = await app.SendEmailAsync();
        await app.WhenAsync(id, NotificationStatus.Completed);
        using var reader = await SignInAsync(app, ApiScope.Read);
        using var sender = await SignInAsync(app, ApiScope.Read | ApiScope.Send);

        await reader.OpenAsync($"notifications/{id}");
        await sender.OpenAsync($"notifications/{id}");
        Assert.DoesNotContain(reader.Page.QuerySelectorAll("button"), button => button.TextContent == "Send again");
        Assert.Contains(sender.Page.QuerySelectorAll("button"), button => button.TextContent == "Send again");

        var token = reader.Page.QuerySelector("input[name=token]")!.GetAttribute("value")!;
        await reader.PostAsync($"notifications/{id}/resend", ("token", token));
        Assert.Equal(HttpStatusCode.Forbidden, reader.Status);
        Assert.Single((await app.Queries.ListAsync(new NotificationQuery { Tenant = Trigger.DefaultTenant })).Items);
    }

    [Fact]
    public async Task A_reader_has_no_form_that_would_be_refused_and_posting_one_is_refused()
    {
        await using var app = await DashboardApplication.StartAsync(options => options.RequireKey = true);
        var paths = await SampleData.FillAsync(app);
        using var reader = await SignInAsync(app, ApiScope.Read);
        var shown = await FindFormsAsync(reader, paths);
        using var owner = await SignInAsync(
            app,
            ApiScope.Send | ApiScope.Read | ApiScope.Manage | ApiScope.Admin | ApiScope.Platform
        );
        var actions = await FindFormsAsync(owner, paths);

        string[] open = ["template-editor/draft", "template-editor/html", "sign-in", "sign-out"];
        Assert.Subset(open.ToHashSet(), shown);
        Assert.True(actions.Count > 30, string.Join('\n', actions));
        await reader.OpenAsync();
        var token = reader.Page.QuerySelector("input[name=token]")!.GetAttribute("value")!;
        foreach (var action in actions.Except(open))
        {
            await reader.PostAsync(action, ("token", token), ("confirm", "true"));
            Assert.True(reader.Status == HttpStatusCode.Forbidden, $"{action}: {reader.Status}");
        }
    }

    private static async Task<HashSet<string>> FindFormsAsync(PlainBrowser browser, IEnumerable<string> paths)
    {
        var found = new HashSet<string>();
        foreach (var path in paths)
        {
            await browser.OpenAsync(path);
            var forms = browser.Page.QuerySelectorAll("form[method=post]").Select(form => form.GetAttribute("action")!);
            var buttons = browser
                .Page.QuerySelectorAll("button[formaction]")
                .Select(button => button.GetAttribute("formaction")!);
            found.UnionWith(forms.Concat(buttons).Select(link => browser.GetPath(browser.Resolve(link))));
        }

        return found;
    }

    [Fact]
    public async Task A_form_without_its_token_does_nothing()
    {
        await using var app = await DashboardApplication.StartAsync();
        var id = await app.SendEmailAsync(change: trigger => trigger with { SendAt = DateTimeOffset.UtcNow.AddDays(1) });
        using var browser = app.OpenBrowser();

        await browser.PostAsync($"notifications/{id}/cancel");
        Assert.Equal(HttpStatusCode.BadRequest, browser.Status);
        Assert.Contains("Nothing was changed", browser.Text, StringComparison.Ordinal);
        Assert.Equal(NotificationStatus.Scheduled, (await app.Queries.FindAsync(Trigger.DefaultTenant, id))!.Status);
        Assert.Empty(await app.ReadAuditAsync());
    }

    [Fact]
    public async Task A_form_after_the_end_of_the_session_tells_so_and_returns_to_its_page()
    {
        await using var app = await DashboardApplication.StartAsync(options => options.RequireKey = true);
        using var browser = await SignInAsync(app, ApiScope.Read | ApiScope.Manage);
        await browser.OpenAsync("users?prefix=a");
        var keys = app.Services.GetRequiredService<IApiKeys>();
        await keys.RevokeAsync(Trigger.DefaultTenant, (await keys.ListAsync(Trigger.DefaultTenant)).Items[0].Id);

        var form = browser.Page.QuerySelector("form[action$='users/save']")!;
        using var request = new HttpRequestMessage(HttpMethod.Post, browser.Resolve(form.GetAttribute("action")!))
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("id", "ada")]),
        };
        request.Headers.Referrer = new Uri(app.Url, $"{DashboardApplication.Prefix}/users?prefix=a");
        await browser.SendAsync(request);

        Assert.Contains("Your session has ended. Nothing was changed.", browser.Text, StringComparison.Ordinal);
        await browser.PressAsync("Sign in", ("key", await app.CreateKeyAsync(ApiScope.Read)));
        Assert.Equal("users?prefix=a", browser.Path);
    }

    [Fact]
    public async Task A_key_of_one_tenant_sees_only_that_tenant_and_one_of_all_tenants_chooses()
    {
        await using var app = await DashboardApplication.StartAsync(options => options.RequireKey = true);
        var mine = await app.SendEmailAsync("a@example.org", change: trigger => trigger with { Tenant = "shop" });
        await app.SendEmailAsync("b@example.org");
        using var shop = await SignInAsync(app, ApiScope.Read, "shop");
        using var platform = await SignInAsync(app, ApiScope.Read | ApiScope.Platform);

        await shop.OpenAsync("notifications");
        Assert.Contains("a@example.org", shop.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("b@example.org", shop.Text, StringComparison.Ordinal);
        await shop.OpenAsync("notifications?tenant=default");
        Assert.Equal(HttpStatusCode.Forbidden, shop.Status);

        await platform.OpenAsync();
        await platform.PressAsync("Switch", ("tenant", "shop"));
        await platform.FollowAsync("Notifications");
        Assert.Equal("notifications?tenant=shop", platform.Path);
        await platform.FollowAsync("Notification");
        Assert.Equal($"notifications/{mine}?tenant=shop", platform.Path);
        Assert.Equal(HttpStatusCode.OK, platform.Status);
    }

    [Fact]
    public async Task An_application_can_require_its_own_authorization()
    {
        await using var app = await DashboardApplication.StartAsync(
            services: services =>
            {
                services.AddAuthentication("headers").AddScheme<HeaderSignIn.Settings, HeaderSignIn>("headers", _ => { });
                services.AddAuthorization();
            },
            application: application =>
            {
                application.UseAuthentication();
                application.UseAuthorization();
            },
            group: group => group.RequireAuthorization()
        );
        using var browser = app.OpenBrowser();

        await browser.OpenAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, browser.Status);

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Url, $"{DashboardApplication.Prefix}/"));
        request.Headers.Add(HeaderSignIn.Header, "read");
        await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains("grace", browser.Page.QuerySelector("header")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_key_sends_only_tests_and_cancels_nothing()
    {
        await using var app = await DashboardApplication.StartAsync(options => options.RequireKey = true);
        var id = await app.SendEmailAsync(change: trigger => trigger with { SendAt = DateTimeOffset.UtcNow.AddDays(1) });
        using var browser = await SignInAsync(app, ApiScope.Read | ApiScope.Send, kind: ApiKeyKind.Test);

        await browser.OpenAsync($"notifications/{id}");
        await browser.PressAsync("Cancel what is not sent");
        Assert.Contains("Only a live key", browser.Text, StringComparison.Ordinal);
        Assert.Equal(NotificationStatus.Scheduled, (await app.Queries.FindAsync(Trigger.DefaultTenant, id))!.Status);

        await browser.OpenAsync($"notifications/{id}");
        await browser.PressAsync("Send again");
        var newest = (await app.Queries.ListAsync(new NotificationQuery { Tenant = Trigger.DefaultTenant })).Items[0];
        Assert.True(id != newest.Id, browser.Text);
        Assert.Equal(ApiKeyKind.Test, newest.Trigger.Kind);
    }

    internal static async Task<PlainBrowser> SignInAsync(
        DashboardApplication app,
        ApiScope scopes,
        string tenant = Trigger.DefaultTenant,
        ApiKeyKind kind = ApiKeyKind.Live
    )
    {
        var browser = app.OpenBrowser();
        await browser.OpenAsync("sign-in");
        await browser.PressAsync("Sign in", ("key", await app.CreateKeyAsync(scopes, tenant, kind)));
        Assert.Equal("", browser.Path);
        return browser;
    }
}
