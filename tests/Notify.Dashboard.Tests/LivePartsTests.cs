using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.TestSupport;

namespace Notify.Dashboard.Tests;

/// <summary>Parts that are kept current tell the viewer when they are not.</summary>
public sealed class LivePartsTests
{
    [Fact]
    public async Task The_tail_counts_what_it_does_not_show_and_tells_that_the_connection_is_lost()
    {
        await using var app = await DashboardApplication.StartAsync();
        await using var browser = await DashboardBrowser.OpenAsync(app);
        var events = browser.Page.Locator("[data-tail] li");
        var state = browser.Page.Locator("#tail-state");
        await browser.GoAsync("live");
        await SendUntilAsync(app, async () => await events.CountAsync() > 0);

        await browser.PressAsync("Live updates: on");
        var shown = await events.CountAsync();
        await SendUntilAsync(app, async () => (await state.TextContentAsync())!.EndsWith("not shown.", StringComparison.Ordinal));
        Assert.Equal(shown, await events.CountAsync());

        await browser.PressAsync("Live updates: off");
        await SendUntilAsync(app, async () => await state.TextContentAsync() == "");
        app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await browser.SeeAsync("The connection is lost.");
    }

    [Fact]
    public async Task A_page_that_is_no_longer_updated_because_the_session_ended_tells_so()
    {
        await using var app = await DashboardApplication.StartAsync(options => options.RequireKey = true);
        var secret = await app.CreateKeyAsync(ApiScope.Read);
        await using var browser = await DashboardBrowser.OpenAsync(app);
        await browser.GoAsync();
        await browser.FillAsync("API key", secret);
        await browser.PressAsync("Sign in");
        await browser.SeeAsync("Nothing needs attention");

        var keys = app.Services.GetRequiredService<IApiKeys>();
        await keys.RevokeAsync(Trigger.DefaultTenant, (await keys.ListAsync(Trigger.DefaultTenant)).Items[0].Id);
        await browser.SeeAsync("Your session has ended");
        await browser.Page.GetByText("Load the page again").ClickAsync();
        await browser.ArriveAsync("sign-in");
        Assert.Equal([], browser.Complaints);
    }

    // The stream of events may open after the page is loaded, so the first notification may be too early.
    private static Task SendUntilAsync(DashboardApplication app, Func<Task<bool>> isSeen) =>
        Eventually.TrueAsync(
            async () =>
            {
                await app.SendEmailAsync();
                return await isSeen();
            },
            "the events"
        );
}
