using System.Collections.Concurrent;
using Microsoft.Playwright;
using Notify.TestSupport;

namespace Notify.Dashboard.Tests;

/// <summary>
/// A page in Debian's Chromium. It collects what a page must not do: load from another host, violate its policy, or fail in a
/// script.
/// </summary>
internal sealed class DashboardBrowser : IAsyncDisposable
{
    // A busy machine must not fail a test.
    private const float Patience = 120_000;

    // Playwright sets no time limit for a script that a test runs in a page. Closing the browser makes such a call fail.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(15);

    // The status of a page that is not found is not a failure of the page, and the frame of an email must block its script.
    private static readonly string[] Expected = ["Failed to load resource", "Blocked script execution in"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly Uri _root;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly CancellationTokenSource _end = new(MaxAge);

    private DashboardBrowser(IPlaywright playwright, IBrowser browser, IPage page, Uri root)
    {
        (_playwright, _browser, Page, _root) = (playwright, browser, page, root);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !Expected.Any(text => message.Text.StartsWith(text, StringComparison.Ordinal)))
                _complaints.Enqueue($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => _complaints.Enqueue($"{page.Url}: {error}");
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" } url && url.Authority != root.Authority)
                _complaints.Enqueue($"{page.Url} requests {url}");
        };
        page.SetDefaultTimeout(Patience);
        _end.Token.Register(() => _ = browser.CloseAsync());
    }

    public IPage Page { get; }

    /// <summary>Gets what the pages must not have done.</summary>
    public IEnumerable<string> Complaints => _complaints;

    public static async Task<DashboardBrowser> OpenAsync(
        DashboardApplication app,
        ColorScheme scheme = ColorScheme.Light,
        int width = 1280,
        int height = 900,
        bool withScripts = true
    )
    {
        var chromium = ServerProcess.Find("chromium");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = chromium,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
                Timeout = Patience,
            }
        );
        var context = await browser.NewContextAsync(
            new()
            {
                ColorScheme = scheme,
                JavaScriptEnabled = withScripts,
                Locale = "en-GB",
                TimezoneId = "Europe/Stockholm",
                ViewportSize = new() { Width = width, Height = height },
            }
        );
        return new DashboardBrowser(
            playwright,
            browser,
            await context.NewPageAsync(),
            new Uri(app.Url, $"{DashboardApplication.Prefix}/")
        );
    }

    public Task<IResponse?> GoAsync(string path = "") => Page.GotoAsync(new Uri(_root, path).ToString());

    public Task PressAsync(string button) => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public Task FillAsync(string label, string value) => Page.GetByLabel(label, new() { Exact = true }).FillAsync(value);

    /// <summary>Waits until the page shows a text.</summary>
    public Task SeeAsync(string text) => Page.GetByText(text).First.WaitForAsync();

    /// <summary>
    /// Waits until a page is loaded whose address ends with a path. The page itself is asked: Playwright's wait for an address
    /// misses a navigation that happens between its check and its wait.
    /// </summary>
    public Task ArriveAsync(string path) =>
        Page.WaitForFunctionAsync("path => location.pathname.endsWith('/' + path) && document.readyState === 'complete'", path);

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _end.Dispose();
        _playwright.Dispose();
    }
}
