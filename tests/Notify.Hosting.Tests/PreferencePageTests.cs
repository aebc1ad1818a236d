using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests of the page on which users change their preferences, over HTTP and in a browser.</summary>
public sealed partial class PreferencePageTests : IAsyncLifetime
{
    private const string User = "/v1/users/ada";

    private static readonly string Key = new('k', 32);

    private readonly ManualTime _time = new();
    private ApiApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await ApiApplication.StartAsync(services: services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            services
                .AddNotifications(options => options.MandatoryCategories.Add("security"))
                .AddPreferencePage(options =>
                {
                    options.Url = new Uri("https://example.org/v1/preferences");
                    options.Key = Key;
                    options.LinkLifetime = TimeSpan.FromHours(1);
                    options.Categories.Add(new PreferenceCategory { Name = "news" });
                    options.Categories.Add(
                        new PreferenceCategory
                        {
                            Name = "a<b>:\"c",
                            Title = "Offers & <more>",
                            Description = "Twice a week",
                            Titles = { ["sv"] = "Erbjudanden" },
                        }
                    );
                    options.Categories.Add(new PreferenceCategory { Name = "receipts", IsTransactional = true });
                    options.Categories.Add(new PreferenceCategory { Name = "security" });
                    options.Texts["sv"] = new PreferencePageTexts { Heading = "Dina aviseringar", Save = "Spara" };
                });
        });
        await _app.CallAsync("PUT", User, """{"addresses":{"email":"ada@example.org","phone":"+46701234567"}}""");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task The_page_shows_what_the_user_wants_over_the_channels_that_have_an_address()
    {
        await _app.CallAsync(
            "PATCH",
            $"{User}/preferences",
            """{"items":[{"category":"news","channel":"sms","status":"optedOut"},{"category":"receipts","status":"optedOut"}]}"""
        );

        var page = await ShowAsync(GetPath());

        Assert.Equal(
            [
                "sms:news off",
                "email:news on",
                "sms:a<b>:\"c on",
                "email:a<b>:\"c on",
                "sms:receipts on fixed",
                "email:receipts on fixed",
                "sms:security on fixed",
                "email:security on fixed",
            ],
            ReadBoxes(page)
        );
        Assert.Contains("Offers &amp; &lt;more&gt;", page, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_form_saves_what_changed_and_nothing_that_is_fixed_or_not_shown()
    {
        var path = GetPath();
        using var saved = await PostAsync(
            path,
            ("shown", "email:news"),
            ("shown", "sms:news"),
            ("shown", "email:a<b>:\"c"),
            ("shown", "email:receipts"),
            ("shown", "email:security"),
            ("shown", "email:unknown"),
            ("shown", "fax:news"),
            ("shown", "nonsense"),
            ("wanted", "sms:news"),
            ("wanted", "email:unknown")
        );

        var page = await saved.Content.ReadAsStringAsync();
        Assert.Contains("role=\"status\"", page, StringComparison.Ordinal);
        Assert.Contains("email:news off", ReadBoxes(page));
        Assert.Equal(["a<b>:\"c email optedOut preferencePage", "news email optedOut preferencePage"], await ReadAsync());

        using var restored = await PostAsync(path, ("shown", "email:news"), ("wanted", "email:news"));
        Assert.Contains("news email optedIn preferencePage", await ReadAsync());
    }

    [Fact]
    public async Task One_button_switches_everything_off_that_can_be()
    {
        using var saved = await PostAsync(
            GetPath(),
            ("shown", "email:news"),
            ("shown", "sms:news"),
            ("wanted", "email:news"),
            ("off", "all")
        );

        Assert.Equal(["news email optedOut preferencePage", "news sms optedOut preferencePage"], await ReadAsync());
    }

    [Fact]
    public async Task The_texts_are_those_of_the_user_s_language()
    {
        await _app.CallAsync("PATCH", User, """{"locale":"sv-FI"}""");

        var page = await ShowAsync(GetPath());

        Assert.Contains("<html lang=\"sv\">", page, StringComparison.Ordinal);
        Assert.Contains("<h1>Dina aviseringar</h1>", page, StringComparison.Ordinal);
        Assert.Contains("<legend>Erbjudanden</legend>", page, StringComparison.Ordinal);
        Assert.Contains("<button>Spara</button>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_works_until_it_expires_and_only_as_it_was_signed()
    {
        var path = GetPath();
        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        await ShowAsync(path);

        foreach (var wrong in (string[])[path[..^1], $"{path}A", "/v1/preferences/x"])
            await RefuseAsync(wrong);
        _time.Advance(TimeSpan.FromSeconds(1));
        await RefuseAsync(path);
        Assert.Empty(await ReadAsync());

        async Task RefuseAsync(string refused)
        {
            using var shown = await _app.Client.GetAsync(refused);
            using var saved = await PostAsync(refused, ("shown", "email:news"));
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (shown.StatusCode, saved.StatusCode));
            Assert.DoesNotContain("news", await shown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_page_runs_and_loads_nothing_and_sets_no_cookie()
    {
        using var response = await _app.Client.GetAsync(GetPath());

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.DoesNotContain("<script", await response.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_template_shows_the_link_of_its_recipient()
    {
        await _app.CallAsync(
            "PUT",
            "/v1/templates/t",
            """{"variants":[{"title":"T","body":"{{ recipient.preferencesUrl }}"}]}"""
        );
        var url = await _app.AcceptAsync("""{"to":{"user":"ada"},"channels":["email"],"template":"t"}""");
        await _app.WhenAsync(url, "sent", 1);

        var link = _app.Sandbox.Messages[0].Content.Body!;

        Assert.StartsWith("https://example.org/v1/preferences/", link, StringComparison.Ordinal);
        Assert.Contains("email:news on", ReadBoxes(await ShowAsync(new Uri(link).AbsolutePath)));
    }

    [Fact]
    public async Task A_browser_without_scripts_of_the_page_saves_the_form_on_a_narrow_screen()
    {
        using var folder = new TemporaryFolder();
        await using var page = await DevTools.OpenAsync(
            ServerProcess.Find("chromium"),
            folder.Path,
            DevTools.CreateHeadless(folder.Path),
            new Uri(_app.Client.BaseAddress!, GetPath())
        );

        await page.ResizeAsync(360, 800);
        await Eventually.TrueAsync(
            async () => (await page.EvaluateAsync("innerWidth")).GetInt32() == 360,
            "the page to become narrow"
        );
        Assert.True((await page.EvaluateAsync("document.documentElement.scrollWidth <= innerWidth")).GetBoolean());
        Assert.Equal("ok", (await page.EvaluateAsync(Accessibility)).GetString());
        await page.EvaluateAsync("document.querySelector('[value=\"email:news\"][type=checkbox]').click(), 1");
        await page.EvaluateAsync("document.querySelector('button').click(), 1");
        await Eventually.TrueAsync(
            async () =>
                (await page.EvaluateAsync("document.querySelector('[role=status]')?.textContent ?? ''")).GetString()
                == "Your choices are saved.",
            "the confirmation"
        );

        Assert.Equal(["news email optedOut preferencePage"], await ReadAsync());
    }

    // Every box has a label and every group a legend; the style applies, so the hash in the policy is right; targets are large.
    private const string Accessibility = """
        [...document.querySelectorAll('input[type=checkbox]')].some(box => !box.labels[0]?.textContent.trim())
            ? 'a box has no label'
        : [...document.querySelectorAll('fieldset')].some(group => !group.querySelector('legend').textContent)
            ? 'a group has no legend'
        : [...document.querySelectorAll('label, button')].some(one => one.getBoundingClientRect().height < 44)
            ? 'a target is small'
        : document.querySelectorAll('h1, main').length !== 2 ? 'no heading'
        : 'ok'
        """;

    private string GetPath() =>
        _app.Services.GetRequiredService<IPreferenceLinks>().CreateLink(Trigger.DefaultTenant, "ada")!.AbsolutePath;

    private async Task<string> ShowAsync(string path)
    {
        using var response = await _app.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    private Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) =>
        _app.Client.PostAsync(
            path,
            new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)))
        );

    private async Task<string[]> ReadAsync() =>
        [
            .. (await _app.CallAsync("GET", $"{User}/preferences"))
                .GetProperty("items")
                .EnumerateArray()
                .Select(item => $"{item.Text("category")} {item.Text("channel")} {item.Text("status")} {item.Text("source")}")
                .Order(StringComparer.Ordinal),
        ];

    private static string[] ReadBoxes(string page) =>
        [
            .. Box()
                .Matches(page)
                .Select(box =>
                    WebUtility.HtmlDecode(box.Groups[1].Value)
                    + (box.Groups[2].Success ? " on" : " off")
                    + (box.Groups[3].Success ? " fixed" : "")
                ),
        ];

    [GeneratedRegex("<input type=\"checkbox\" name=\"wanted\" value=\"([^\"]*)\"( checked)?( disabled)?>")]
    private static partial Regex Box();
}
