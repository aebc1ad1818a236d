using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>The web component that shows an inbox, in a real browser and under a strict content security policy.</summary>
public sealed class InboxPageTests
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    private const string Page = """
        <!doctype html><html lang="en"><title>Inbox</title><script src="/page.js"></script>
        <script type="module" src="/v1/inbox/notify-inbox.js"></script>
        <notify-inbox token-url="/token" limit="3"></notify-inbox></html>
        """;

    private const string PageScript = """
        window.violations = [];
        document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
        document.addEventListener("notify-select", (event) => {
          window.selected = event.detail.item.title;
          event.preventDefault();
        });
        """;

    private const string Titles = "all('.main strong').map(title => title.textContent).join('|')";

    private const string Attack = "<img src=x onerror='window.hacked=1'>";

    [Fact]
    public async Task The_component_shows_and_changes_the_inbox_by_keyboard_live_and_without_any_script_of_a_message()
    {
        var chromium = ServerProcess.Find("chromium");
        using var folder = new TemporaryFolder();
        await using var app = await StartAsync();
        await app.CallAsync("PUT", "/v1/users/ada", "{}");
        // The API refuses such URLs. The page must not rely on that.
        await AddAsync(app, Create("oldest", 1), Create("old", 2), Create("plain", 3, "/orders/42"));
        await AddAsync(app, Create(Attack, 4, "javascript:window.hacked=1", "javascript:window.hacked=1"));
        await using var page = await DevTools.OpenAsync(
            chromium,
            folder.File("browser"),
            DevTools.CreateHeadless(folder.File("browser")),
            new Uri(app.Client.BaseAddress!, "/page")
        );

        // The bell counts, and opens the list by keyboard.
        await ShowsAsync("root.querySelector('.bell').getAttribute('aria-label')", "Notifications, 4 unread");
        await ShowsAsync("root.querySelector('.badge').textContent", "4");
        await AskAsync("root.querySelector('.bell').focus()");
        await page.PressAsync("Enter", 13);
        await ShowsAsync("String(root.querySelector('.panel').hidden)", "false");
        await ShowsAsync(Titles, $"{Attack}|plain|old");

        // A message is only text, and a URL of another kind is no link.
        Assert.Equal("button|a|button", await AskAsync("all('.main').map(main => main.localName).join('|')"));
        Assert.EndsWith("/orders/42", await AskAsync("root.querySelector('a.main').href"), StringComparison.Ordinal);
        Assert.Equal("0", await AskAsync("String(root.querySelectorAll('img, script').length)"));

        // The arrow keys move, Enter selects and reads, Escape closes.
        await page.PressAsync("ArrowDown", 40);
        Assert.Contains("plain", await AskAsync("root.activeElement.textContent"), StringComparison.Ordinal);
        await page.PressAsync("Enter", 13);
        await ShowsAsync("window.selected ?? ''", "plain");
        await ShowsAsync("root.querySelector('.badge').textContent", "3");
        await ShowsAsync("all('li')[1].className", "read");
        Assert.Equal("main", await AskAsync("root.activeElement.dataset.part"));
        await page.PressAsync("Escape", 27);
        Assert.Equal("bell", await AskAsync("root.activeElement.className"));

        // More can be loaded; the buttons change and archive.
        await AskAsync("root.querySelector('.bell').click(); root.querySelector('.load').click(); ''");
        await ShowsAsync(Titles, $"{Attack}|plain|old|oldest");
        await ShowsAsync("String(root.querySelector('.load').hidden)", "true");
        await AskAsync("all('li')[1].querySelector('[data-part=toggle]').click(); ''");
        await ShowsAsync("root.querySelector('.badge').textContent", "4");
        await AskAsync("all('li')[2].querySelector('[data-part=archive]').click(); ''");
        await ShowsAsync("root.querySelector('.badge').textContent", "3");
        await ShowsAsync(Titles, $"{Attack}|plain|oldest");

        // What happens elsewhere appears at once, and is announced.
        await app.CallAsync(
            "POST",
            "/v1/notifications",
            """{"to":{"user":"ada"},"channels":["inbox"],"content":{"title":"live"}}"""
        );
        await ShowsAsync(Titles, $"live|{Attack}|plain|oldest");
        await ShowsAsync("root.querySelector('[role=status]').textContent", "New notification: live");
        await app.CallAsync("POST", "/v1/users/ada/inbox/mark", """{"mark":"read","all":true}""");
        await ShowsAsync("String(all('li.unread').length)", "0");
        await ShowsAsync("String(root.querySelector('.badge').hidden)", "true");

        // Dark, right to left, translated.
        await AskAsync(
            "inbox.setAttribute('theme', 'dark'); inbox.setAttribute('text-title', 'Notiser'); document.dir = 'rtl'; ''"
        );
        Assert.Equal("rgb(21, 27, 35)", await AskAsync("getComputedStyle(root.querySelector('.panel')).backgroundColor"));
        Assert.Equal("Notiser", await AskAsync("root.querySelector('h2').textContent"));
        Assert.Equal(
            await AskAsync("String(Math.round(inbox.getBoundingClientRect().left))"),
            await AskAsync("String(Math.round(root.querySelector('.panel').getBoundingClientRect().left))")
        );

        Assert.Equal("[]", await AskAsync("JSON.stringify(window.violations)"));
        Assert.Equal("undefined", await AskAsync("typeof window.hacked"));

        async Task<string> AskAsync(string expression) =>
            (
                await page.EvaluateAsync(
                    "(() => { const inbox = document.querySelector('notify-inbox'), root = inbox?.shadowRoot; "
                        + "const all = (selector) => [...root.querySelectorAll(selector)]; "
                        + $"{Return(expression)} }})()"
                )
            ).ToString();

        Task ShowsAsync(string expression, string expected) =>
            Eventually.TrueAsync(
                async () => await AskAsync($"root ? {expression} : ''") == expected,
                $"'{expected}' from {expression}"
            );
    }

    [Fact]
    public async Task The_script_is_cached_with_its_version_and_pages_of_any_origin_may_load_it()
    {
        await using var app = await StartAsync();

        using var first = await app.SendAsync("GET", "/v1/inbox/notify-inbox.js");
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/inbox/notify-inbox.js");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await app.Client.SendAsync(request);

        Assert.Equal("text/javascript", first.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            ("*", "public, max-age=3600"),
            (first.Headers.GetValues("Access-Control-Allow-Origin").Single(), first.Headers.CacheControl?.ToString())
        );
        Assert.Equal((HttpStatusCode.NotModified, first.Headers.ETag), (second.StatusCode, second.Headers.ETag));
        Assert.Equal("", await second.Content.ReadAsStringAsync());
    }

    private static string Return(string expression) =>
        expression.LastIndexOf(';') is > 0 and var last
            ? $"{expression[..(last + 1)]} return {expression[(last + 1)..]};"
            : $"return ({expression}) ?? '';";

    private static InboxItem Create(string title, int minute, string? url = null, string? imageUrl = null)
    {
        var at = TimeProvider.System.GetUtcNow().AddHours(-1).AddMinutes(minute);
        at = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
        return new InboxItem
        {
            Id = Guid.CreateVersion7(),
            NotificationId = Guid.CreateVersion7(),
            Tenant = Trigger.DefaultTenant,
            UserId = "ada",
            Content = new Content
            {
                Title = title,
                Inbox = new InboxContent { Url = url, ImageUrl = imageUrl },
            },
            AcceptedAt = at,
            CreatedAt = at,
            ChangedAt = at,
        };
    }

    private static async Task AddAsync(ApiApplication app, params InboxItem[] items) =>
        await app.Services.GetRequiredService<IInboxStore>().AddAsync(items, CancellationToken.None);

    private static Task<ApiApplication> StartAsync() =>
        ApiApplication.StartAsync(
            services: services => services.AddNotifications().AddInbox(options => options.TokenKeys.Add(new string('k', 32))),
            application: app =>
            {
                app.MapGet("/page", (HttpContext context) =>
                {
                    context.Response.Headers.ContentSecurityPolicy = Policy;
                    return Results.Content(Page, "text/html; charset=utf-8");
                });
                app.MapGet("/page.js", () => Results.Content(PageScript, "text/javascript"));
                app.MapPost("/token", (IInboxTokens tokens) => new { token = tokens.Create("default", "ada").Value });
            }
        );
}
