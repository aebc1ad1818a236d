using Deque.AxeCore.Playwright;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

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
            // axe would wait forever for the frame of an email, in which no script runs.
            var titles = await browser
                .Page.Locator("iframe")
                .EvaluateAllAsync<string[]>("frames => frames.map(frame => { frame.remove(); return frame.title; })");
            Assert.All(titles, Assert.NotEmpty);
            var result = await browser.Page.RunAxe();
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
            await plain.GoAsync(path);
            await rich.GoAsync(path);
            Assert.Equal(await CountAsync(rich), await CountAsync(plain));
            var width = await rich.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            Assert.True(width <= 360, $"{path} is {width} pixels wide.");
        }

        Assert.Equal([], plain.Complaints.Concat(rich.Complaints));
    }

    private static async Task<(int Rows, int Cards)> CountAsync(DashboardBrowser browser) =>
        (await browser.Page.Locator("main tr").CountAsync(), await browser.Page.Locator("main .card").CountAsync());
}
