using System.Text.Json;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Notify.TestSupport;

namespace Notify.Dashboard.Tests;

/// <summary>
/// Every page, with data: accessible to everybody in both color schemes, without a horizontal scroll bar on a small screen, and
/// without requests to other hosts or violations of its policy.
/// </summary>
public sealed class EveryPageTests : IAsyncLifetime
{
    private DashboardApplication _app = null!;
    private string[] _paths = [];

    public async ValueTask InitializeAsync()
    {
        _app = await DashboardApplication.StartAsync(services: services =>
            services.Configure<NotifyDashboardOptions>(options =>
                options.OpenIdConnect = new() { Authority = new Uri("https://login.example.org"), ClientId = "dashboard" }
            )
        );
        _paths = await SampleData.FillAsync(_app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task No_page_has_a_barrier(ColorScheme scheme)
    {
        await using var browser = await DashboardBrowser.OpenAsync(_app, scheme);
        var barriers = new List<string>();
        foreach (var path in _paths)
        {
            await browser.GoAsync(path);
            var titles = await browser
                .Page.Locator("iframe")
                .EvaluateAllAsync<string[]>("frames => frames.map(frame => frame.title)");
            Assert.All(titles, Assert.NotEmpty);
            // axe would wait forever for the frame of an email, in which no script runs.
            var result = await browser.Page.RunAxe(new AxeRunOptions { Iframes = false });
            barriers.AddRange(
                result.Violations.Select(violation =>
                    $"{path}: {violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}"
                )
            );
        }

        Assert.Equal("", string.Join('\n', barriers));
        Assert.Equal([], browser.Complaints);
    }

    [Fact]
    public async Task Every_page_fits_a_small_screen_and_has_the_same_data_without_scripts()
    {
        await using var plain = await DashboardBrowser.OpenAsync(_app, width: 360, height: 740, withScripts: false);
        await using var rich = await DashboardBrowser.OpenAsync(_app, width: 360, height: 740);
        foreach (var path in _paths)
        {
            // A count may be written between the two visits.
            await Eventually.TrueAsync(
                async () =>
                {
                    await plain.GoAsync(path);
                    await rich.GoAsync(path);
                    return await CountAsync(rich) == await CountAsync(plain);
                },
                $"the same data on {path}"
            );
            var width = await rich.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            Assert.True(width <= 360, $"{path} is {width} pixels wide.");
        }

        Assert.Equal([], plain.Complaints.Concat(rich.Complaints));
    }

    [Fact]
    public async Task No_text_of_a_person_becomes_markup()
    {
        var paths = await SampleData.AddHostileAsync(_app);
        using var browser = _app.OpenBrowser();
        var seen = 0;
        foreach (var path in _paths.Concat(paths))
        {
            await browser.OpenAsync(path);
            Assert.Null(browser.Page.QuerySelector("[onerror], script:not([src])"));
            seen += browser.Page.DocumentElement.OuterHtml.Split("onerror=alert").Length - 1;
        }

        Assert.True(seen > 20, $"{seen}");
    }

    [Fact]
    public async Task The_keyboard_alone_reaches_everything_and_works_it()
    {
        await using var browser = await DashboardBrowser.OpenAsync(_app);
        await browser.GoAsync(_paths.First(path => path.StartsWith("notifications/", StringComparison.Ordinal)));
        await PressAsync(browser, "Tab");
        Assert.Equal("Skip to the content", await browser.Page.EvaluateAsync<string>("document.activeElement.textContent"));
        await PressAsync(browser, "Enter");
        Assert.Equal("main", await browser.Page.EvaluateAsync<string>("document.activeElement.id"));

        // Everything after the beginning of the content has the focus once, in the order of the page, with an outline.
        const string Stops =
            "[...document.querySelectorAll('main :is(a, button, input:not([type=hidden]), select, textarea, summary, "
            + "[tabindex=\"0\"])')].filter(e => e.tabIndex >= 0 && e.checkVisibility())";
        var count = await browser.Page.EvaluateAsync<int>($"{Stops}.length");
        Assert.True(count > 3, $"{count}");
        for (var i = 0; i < count; i++)
        {
            await PressAsync(browser, "Tab");
            var focus = await browser.Page.EvaluateAsync<JsonElement>(
                $"[{Stops}.indexOf(document.activeElement), getComputedStyle(document.activeElement).outlineStyle]"
            );
            Assert.Equal((i, "solid"), (focus[0].GetInt32(), focus[1].GetString()));
        }

        await browser.Page.Locator("summary", new() { HasText = "Send again" }).FocusAsync();
        await PressAsync(browser, "Enter");
        await PressAsync(browser, "Tab");
        await PressAsync(browser, "Enter");
        await browser.SeeAsync("Sent again. This is the new notification.");
        Assert.Equal("status", await browser.Page.EvaluateAsync<string>("document.activeElement.getAttribute('role')"));

        await browser.GoAsync("template-editor?name=welcome");
        await browser.Page.Locator("#title-0").FocusAsync();
        await PressAsync(browser, "Enter");
        await browser.ArriveAsync("template-editor/draft");
        Assert.Equal(2, await browser.Page.Locator(".variant").CountAsync());
    }

    private static Task PressAsync(DashboardBrowser browser, string key) => browser.Page.Keyboard.PressAsync(key);

    private static async Task<(int Rows, int Cards)> CountAsync(DashboardBrowser browser) =>
        (await browser.Page.Locator("main tr").CountAsync(), await browser.Page.Locator("main .card").CountAsync());
}
