using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests the lists whose pages the API itself makes, because their stores return everything.</summary>
public sealed class PagesOverHttpTests
{
    [Fact]
    public async Task Devices_are_listed_in_pages_by_id()
    {
        await using var app = await ApiApplication.StartAsync();
        string[] ids = ["b", "a/1", "Z", "é", "a"];
        foreach (var id in ids)
            await app.CallAsync(
                "PUT",
                $"/v1/users/ada/devices/{Uri.EscapeDataString(id)}",
                $$"""{"platform":"android","token":"token-of-{{Uri.EscapeDataString(id)}}"}"""
            );

        var pages = await ReadAsync(app, "/v1/users/ada/devices?limit=2");

        Assert.Equal([2, 2, 1], pages.Select(page => page.Length));
        Assert.Equal(ids.Order(StringComparer.Ordinal), pages.SelectMany(page => page).Select(device => device.Text("id")));
    }

    [Fact]
    public async Task Analytics_are_listed_in_pages()
    {
        await using var app = await ApiApplication.StartAsync();
        var start = new DateTimeOffset(2031, 5, 28, 9, 0, 0, TimeSpan.Zero);
        AnalyticsCount[] counts =
        [
            .. Enumerable
                .Range(0, 4)
                .SelectMany(minute =>
                    ((string[])["b", "a", "c"]).Select(provider => new AnalyticsCount
                    {
                        Time = start.AddMinutes(minute),
                        Resolution = AnalyticsResolution.Minute,
                        Tenant = "default",
                        Measure = AnalyticsMeasure.Retried,
                        Channel = Channel.Email,
                        Provider = provider,
                        Value = minute + 1,
                    })
                ),
        ];
        await app.Services.GetRequiredService<IAnalyticsStore>().AddAsync(counts, CancellationToken.None);
        const string Url = "/v1/analytics/deliveries?from=2031-05-28T09:00:00Z&to=2031-05-28T10:00:00Z";

        for (var limit = 1; limit <= 13; limit++)
        {
            var pages = await ReadAsync(app, $"{Url}&limit={limit}");

            Assert.Equal((12 + limit - 1) / limit, pages.Count);
            Assert.Equal(
                counts.Select(count => $"{count.Time:HH:mm} {count.Provider} {count.Value}").Order(StringComparer.Ordinal),
                pages.SelectMany(page => page).Select(Describe)
            );
        }

        var (status, answer) = await app.AskAsync("GET", $"{Url}&after=nonsense");
        Assert.Equal(400, (int)status);
        Assert.Equal(["after"], JsonElement.Parse(answer).Fields());
    }

    [Fact]
    public async Task Captured_messages_are_listed_in_pages_newest_first()
    {
        await using var app = await ApiApplication.StartAsync();
        for (var i = 0; i < 5; i++)
            await app.CallAsync("POST", "/v1/notifications", """{"to":{"email":"ada@example.org"},"content":{"body":"x"}}""");
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Count == 5, "the messages");

        var pages = await ReadAsync(app, "/v1/sandbox/messages?limit=2");

        Assert.Equal([2, 2, 1], pages.Select(page => page.Length));
        Assert.Equal(
            [5, 4, 3, 2, 1],
            pages.SelectMany(page => page).Select(message => message.GetProperty("sequence").GetInt32())
        );
    }

    private static string Describe(JsonElement count)
    {
        var minute = count.GetProperty("minute").GetDateTimeOffset();
        return $"{minute:HH:mm} {count.Text("provider")} {count.GetProperty("count")}";
    }

    private static async Task<List<JsonElement[]>> ReadAsync(ApiApplication app, string first)
    {
        var pages = new List<JsonElement[]>();
        for (string? url = first; url is not null; )
        {
            var page = await app.CallAsync("GET", url);
            pages.Add([.. page.GetProperty("items").EnumerateArray()]);
            url = page.Text("next");
        }

        return pages;
    }
}
