using System.Net;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Identity;
using Notify.TestSupport;

namespace Notify.Dashboard.Tests;

/// <summary>People sign in at an identity provider, and their roles decide what they see.</summary>
public sealed class PersonSignInTests : IAsyncLifetime
{
    private TestIssuer _issuer = null!;

    public async ValueTask InitializeAsync() => _issuer = await TestIssuer.StartAsync();

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();

    [Fact]
    public async Task A_member_signs_in_returns_to_the_page_and_signs_out()
    {
        await using var app = await StartAsync();
        await SaveMemberAsync(app, "ada@example.org", MemberRole.Viewer);
        _issuer.Person = CreatePerson("a-1", "ada@example.org", "Ada Lovelace");
        using var browser = app.OpenBrowser();

        await browser.OpenAsync("notifications?status=failed");
        await browser.FollowAsync("Sign in with Example Accounts");

        Assert.Equal("notifications?status=failed", browser.Path);
        Assert.Contains("Ada Lovelace", browser.Page.QuerySelector("header")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(browser.Page.QuerySelectorAll("nav a"), link => link.TextContent == "API keys");
        await browser.OpenAsync("keys");
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);

        await browser.OpenAsync();
        await browser.PressAsync("Sign out");
        // The page after it is for a person who signs in again, or also ends the session at the identity provider.
        await browser.PressAsync("Sign in", ("key", await app.CreateKeyAsync(ApiScope.Read)));
        Assert.Equal("", browser.Path);
    }

    [Fact]
    public async Task Signing_out_offers_the_end_of_the_session_at_the_identity_provider()
    {
        await using var app = await StartAsync();
        await SaveMemberAsync(app, "a-1", MemberRole.Viewer);
        _issuer.Person = CreatePerson("a-1", "ada@example.org", "Ada");
        using var browser = await SignInAsync(app);

        await browser.PressAsync("Sign out");
        await browser.FollowAsync("Sign out of Example Accounts too");

        Assert.Equal("Signed out", browser.Page.QuerySelector("h1")!.TextContent);
        var parts = Assert.Single(_issuer.EndedSessions).Split(' ');
        Assert.Equal("dashboard", parts[0]);
        Assert.Equal(3, parts[1].Split('.').Length);
        await browser.OpenAsync();
        Assert.Equal("sign-in", browser.Path);
    }

    [Fact]
    public async Task An_action_of_a_person_needs_their_form_and_has_their_name_in_the_audit_log()
    {
        await using var app = await StartAsync();
        await SaveMemberAsync(app, "a-1", MemberRole.Sender);
        var id = await app.SendEmailAsync(change: trigger => trigger with { SendAt = DateTimeOffset.UtcNow.AddDays(1) });
        _issuer.Person = CreatePerson("a-1", "ada@example.org", "Ada Lovelace");
        using var browser = await SignInAsync(app);

        await browser.PostAsync($"notifications/{id}/cancel");
        Assert.Equal(HttpStatusCode.BadRequest, browser.Status);

        await browser.OpenAsync($"notifications/{id}");
        await browser.PressAsync("Cancel what is not sent");
        Assert.Equal(NotificationStatus.Cancelled, (await app.Queries.FindAsync(Trigger.DefaultTenant, id))!.Status);
        var record = Assert.Single(await app.ReadAuditAsync());
        Assert.Equal((AuditActorKind.User, "a-1", "Ada Lovelace"), (record.Actor.Kind, record.Actor.Id, record.Actor.Name));
    }

    [Fact]
    public async Task A_person_of_several_tenants_chooses_one_and_has_its_role()
    {
        await using var app = await StartAsync();
        await SaveMemberAsync(app, "a-1", MemberRole.Viewer, "bakery");
        await SaveMemberAsync(app, "a-1", MemberRole.Admin, "shop");
        await app.SendEmailAsync("b@example.org", change: trigger => trigger with { Tenant = "bakery" });
        await app.SendEmailAsync("s@example.org", change: trigger => trigger with { Tenant = "shop" });
        await app.SendEmailAsync("d@example.org");
        _issuer.Person = CreatePerson("a-1", "ada@example.org", "Ada");
        using var browser = await SignInAsync(app);

        await browser.OpenAsync("notifications");
        Assert.Contains("b@example.org", browser.Text, StringComparison.Ordinal);
        await browser.OpenAsync("keys");
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);

        await browser.OpenAsync();
        await browser.PressAsync("Switch", ("tenant", "shop"));
        await browser.FollowAsync("Notifications");
        Assert.Equal("notifications?tenant=shop", browser.Path);
        Assert.Contains("s@example.org", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("b@example.org", browser.Text, StringComparison.Ordinal);
        await browser.FollowAsync("API keys");
        Assert.Equal(HttpStatusCode.OK, browser.Status);

        await browser.OpenAsync("notifications?tenant=default");
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
        Assert.DoesNotContain("d@example.org", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_when_the_person_is_no_longer_a_member()
    {
        await using var app = await StartAsync();
        await SaveMemberAsync(app, "a-1", MemberRole.Viewer);
        await SaveMemberAsync(app, "someone", MemberRole.Admin);
        _issuer.Person = CreatePerson("a-1", "ada@example.org", "Ada");
        using var browser = await SignInAsync(app);

        await app.Services.GetRequiredService<IMembers>().RemoveAsync(Trigger.DefaultTenant, "a-1");
        await browser.OpenAsync();

        Assert.Equal("sign-in", browser.Path);
    }

    [Fact]
    public async Task Nobody_else_is_signed_in()
    {
        await using var app = await StartAsync();
        await SaveMemberAsync(app, "ada@example.org", MemberRole.Admin);
        using var browser = app.OpenBrowser();

        // Anyone may enter any address at some identity providers.
        _issuer.Person = CreatePerson("b-1", "ada@example.org", "Bob");
        _issuer.Person["email_verified"] = false;
        await StartSignInAsync(browser);
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
        Assert.Contains("not a member", browser.Page.QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);

        _issuer.Person = null;
        await StartSignInAsync(browser);
        Assert.Equal(HttpStatusCode.Unauthorized, browser.Status);

        foreach (var (claim, value) in new (string, JsonNode)[] { ("aud", "other"), ("nonce", "other"), ("exp", 1) })
        {
            _issuer.Person = CreatePerson("a-1", "ada@example.org", "Ada");
            _issuer.Person[claim] = value;
            await StartSignInAsync(browser);
            Assert.True(browser.Status == HttpStatusCode.Unauthorized, $"{claim}: {browser.Status}");
        }

        await browser.OpenAsync();
        Assert.Equal("sign-in", browser.Path);
    }

    [Fact]
    public async Task An_answer_is_accepted_only_from_the_browser_that_began()
    {
        await using var app = await StartAsync();
        await SaveMemberAsync(app, "ada@example.org", MemberRole.Admin);
        _issuer.Person = CreatePerson("a-1", "ada@example.org", "Ada");
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var start = await client.GetAsync(new Uri(app.Url, $"{DashboardApplication.Prefix}/sign-in/person"));
        var answer = (await client.GetAsync(start.Headers.Location)).Headers.Location!;
        Assert.Contains("code=", answer.Query, StringComparison.Ordinal);

        using var victim = app.OpenBrowser();
        await victim.SendAsync(new HttpRequestMessage(HttpMethod.Get, answer));

        Assert.Equal(HttpStatusCode.Unauthorized, victim.Status);
        await victim.OpenAsync();
        Assert.Equal("sign-in", victim.Path);
    }

    [Fact]
    public async Task Behind_a_proxy_that_changes_the_path_the_configured_address_is_used()
    {
        const string Outside = "/tools/notify";
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        await using var app = await StartAsync(
            dashboard => dashboard.DashboardUrl = new Uri(url + Outside),
            application: application =>
            {
                application.Use(
                    (context, next) =>
                    {
                        if (context.Request.Path.StartsWithSegments(Outside, StringComparison.Ordinal, out var rest))
                            context.Request.Path = DashboardApplication.Prefix + rest;
                        return next();
                    }
                );
                application.UseRouting();
            },
            url
        );
        await SaveMemberAsync(app, "a-1", MemberRole.Viewer);
        _issuer.Person = CreatePerson("a-1", "ada@example.org", "Ada");
        using var browser = app.OpenBrowser(Outside);

        await browser.OpenAsync("providers");
        await browser.FollowAsync("Sign in with Example Accounts");

        Assert.Equal("providers", browser.Path);
        Assert.Equal(HttpStatusCode.OK, browser.Status);
    }

    [Fact]
    public async Task While_the_identity_provider_is_down_a_key_still_works()
    {
        await using var app = await StartAsync();
        var key = await app.CreateKeyAsync(ApiScope.Read);
        await _issuer.DisposeAsync();
        using var browser = app.OpenBrowser();

        await StartSignInAsync(browser);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, browser.Status);
        Assert.Contains("not available", browser.Page.QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);

        await browser.PressAsync("Sign in", ("key", key));
        Assert.Equal("", browser.Path);
    }

    private static JsonObject CreatePerson(string subject, string email, string name) =>
        new()
        {
            ["sub"] = subject,
            ["email"] = email,
            ["email_verified"] = true,
            ["name"] = name,
        };

    private static Task SaveMemberAsync(
        DashboardApplication app,
        string id,
        MemberRole role,
        string tenant = Trigger.DefaultTenant
    ) =>
        app
            .Services.GetRequiredService<IMembers>()
            .SaveAsync(
                new Member
                {
                    Tenant = tenant,
                    Id = id,
                    Role = role,
                }
            );

    private static async Task StartSignInAsync(PlainBrowser browser)
    {
        await browser.OpenAsync("sign-in");
        await browser.FollowAsync("Sign in with Example Accounts");
    }

    private static async Task<PlainBrowser> SignInAsync(DashboardApplication app)
    {
        var browser = app.OpenBrowser();
        await StartSignInAsync(browser);
        Assert.True(browser.Path.Length == 0, browser.Text);
        return browser;
    }

    private Task<DashboardApplication> StartAsync(
        Action<NotifyDashboardOpenIdConnectOptions>? change = null,
        Action<WebApplication>? application = null,
        string url = "http://127.0.0.1:0"
    ) =>
        DashboardApplication.StartAsync(
            options =>
            {
                options.RequireKey = true;
                options.UseMembers = true;
            },
            services =>
                services.Configure<NotifyDashboardOptions>(options =>
                {
                    options.OpenIdConnect = new()
                    {
                        Authority = new Uri(_issuer.Url),
                        ClientId = "dashboard",
                        DisplayName = "Example Accounts",
                    };
                    change?.Invoke(options.OpenIdConnect);
                }),
            application,
            url: url
        );
}
