using System.Net;
using AngleSharp.Dom;
using Microsoft.AspNetCore.Builder;

namespace Notify.Dashboard.Tests;

/// <summary>
/// The dashboard works under any path, and behind a proxy that removes a prefix of the path and does not say so.
/// </summary>
public sealed class PrefixTests
{
    [Theory]
    [InlineData("/notify/dashboard", "/notify/dashboard")]
    [InlineData("/deep/er/prefix", "/deep/er/prefix")]
    [InlineData("", "")]
    [InlineData("/notify/dashboard", "/tools/notify")]
    public async Task Every_link_style_and_script_of_every_page_is_found(string prefix, string outside)
    {
        await using var app = await DashboardApplication.StartAsync(prefix: prefix, application: application =>
            ReplacePrefix(application, outside, prefix)
        );
        var id = await app.SendEmailAsync();
        await app.WhenAsync(id, NotificationStatus.Completed);
        using var browser = app.OpenBrowser(outside);
        // A proxy must be asked with the slash: the application cannot know the name that its last segment has outside.
        var open = new Queue<Uri>([new Uri(app.Url, outside == prefix && outside.Length > 0 ? outside : $"{outside}/")]);
        var seen = new HashSet<Uri>();

        while (open.TryDequeue(out var next))
        {
            await browser.SendAsync(new HttpRequestMessage(HttpMethod.Get, next));
            Assert.True(browser.Status == HttpStatusCode.OK, $"{next}: {browser.Status}");
            if (browser.Page.QuerySelector("h1") is null)
                continue;
            foreach (var url in FindUrls(browser).Where(url => seen.Add(url)))
            {
                Assert.StartsWith($"{app.Url}{outside.TrimStart('/')}", url.ToString(), StringComparison.Ordinal);
                open.Enqueue(url);
            }
        }

        Assert.Contains(seen, url => url.AbsolutePath == $"{outside}/notifications/{id}");
        Assert.Contains(seen, url => url.AbsolutePath == $"{outside}/assets/dashboard.css");
    }

    private static IEnumerable<Uri> FindUrls(PlainBrowser browser) =>
        browser
            .Page.QuerySelectorAll("a[href], link[href], script[src], iframe[src]")
            .Select(element => browser.Resolve(element.GetAttribute("href") ?? element.GetAttribute("src")!))
            .Select(url => new UriBuilder(url) { Fragment = "" }.Uri);

    private static void ReplacePrefix(WebApplication application, string outside, string inside)
    {
        if (outside == inside)
            return;
        application.Use(
            (context, next) =>
            {
                if (context.Request.Path.StartsWithSegments(outside, StringComparison.Ordinal, out var rest))
                    context.Request.Path = inside + rest;
                return next();
            }
        );
        application.UseRouting();
    }
}
