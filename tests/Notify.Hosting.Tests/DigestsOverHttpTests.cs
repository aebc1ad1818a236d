using System.Net;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests digests as a caller of the API sees them.</summary>
public sealed class DigestsOverHttpTests
{
    private const string Template = """{"variants":[{"body":"{{count}}"}]}""";

    [Fact]
    public async Task The_timelines_of_an_event_and_its_summary_link_to_each_other()
    {
        var time = new ManualTime();
        await using var app = await ApiApplication.StartOnSqliteAsync(time);
        await FillAsync(app);
        var first = await app.AcceptAsync(Collected("PT1S"));
        var second = await app.AcceptAsync(Collected("PT1S"));

        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(
            async () =>
            {
                time.Advance(ApiApplication.PollInterval);
                return Single(await app.CallAsync("GET", first), "collected").Text("state") == "summarized";
            },
            "the summary"
        );

        var collected = Single(await app.CallAsync("GET", first), "collected");
        Assert.Equal("ada", collected.Text("user"));
        var summary = await app.CallAsync("GET", $"/v1/notifications/{collected.Text("summary")}");
        var events = summary.GetProperty("summarizes").EnumerateArray().Select(one => one.Text("notification")!).ToArray();
        Assert.Equal([first.Split('/')[^1], second.Split('/')[^1]], events);
        Assert.False(summary.TryGetProperty("collected", out _));
        Assert.False((await app.CallAsync("GET", first)).TryGetProperty("summarizes", out _));
    }

    [Fact]
    public async Task Cancelling_a_collected_notification_removes_its_event()
    {
        await using var app = await StartAsync();
        var url = await app.AcceptAsync(Collected("PT1H"));
        Assert.Equal("waiting", Single(await app.CallAsync("GET", url), "collected").Text("state"));

        var cancellation = await app.CallAsync("POST", $"{url}/cancel");

        Assert.Equal(1, cancellation.GetProperty("collected").GetInt32());
        Assert.Equal(0, cancellation.GetProperty("ended").GetInt32());
        Assert.Equal("cancelled", Single(await app.CallAsync("GET", url), "collected").Text("state"));
        cancellation = await app.CallAsync("POST", $"{url}/cancel");
        Assert.Equal(0, cancellation.GetProperty("collected").GetInt32());
        Assert.Equal(1, cancellation.GetProperty("ended").GetInt32());
    }

    [Theory]
    [InlineData("sendAt", "2030-01-01T00:00:00Z")]
    [InlineData("sendAtLocal", "2030-01-01T00:00:00")]
    [InlineData("expiresAt", "2030-01-01T00:00:00Z")]
    public async Task A_field_that_a_digest_does_not_support_is_refused_by_name(string field, string value)
    {
        await using var app = await StartAsync();
        using var response = await app.SendAsync(
            "POST",
            "/v1/notifications",
            Collected("PT1H").Replace("\"digest\"", $"\"{field}\":\"{value}\",\"digest\"", StringComparison.Ordinal)
        );

        Assert.Contains(field, (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    private static string Collected(string window) =>
        $$$"""{"to":{"user":"ada"},"template":"summary","digest":{"window":"{{{window}}}"}}""";

    private static JsonElement Single(JsonElement timeline, string list) =>
        Assert.Single(timeline.GetProperty(list).EnumerateArray());

    private static async Task<ApiApplication> StartAsync()
    {
        var app = await ApiApplication.StartOnSqliteAsync();
        await FillAsync(app);
        return app;
    }

    private static async Task FillAsync(ApiApplication app)
    {
        await app.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"email":"ada@example.org"}}""");
        await app.CallAsync("PUT", "/v1/templates/summary", Template);
    }
}
