using System.Net;
using System.Text.Json;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

public sealed class DeadLettersOverHttpTests(SharedApplicationOnSqlite shared) : IClassFixture<SharedApplicationOnSqlite>
{
    private const string ToThree =
        """{"to":[{"email":"a@example.org"},{"email":"b@example.org"},{"email":"c@example.org"}],"content":{"body":"x"}}""";

    private Outcome _answer = Outcome.Rejected("550 no such mailbox");

    [Fact]
    public async Task A_dry_run_counts_what_a_replay_would_send_again()
    {
        await using var app = await StartAsync();
        var url = await app.AcceptAsync(ToThree);
        await app.WhenAsync(url, "deadLetter", 3);

        Assert.Equal((3, true), await ReplayAsync(app, """{"provider":"mail","reason":"550","dryRun":true}"""));
        await app.WhenAsync(url, "deadLetter", 3);
        _answer = Outcome.Sent();
        Assert.Equal((3, false), await ReplayAsync(app, """{"provider":"mail","reason":"550"}"""));

        var timeline = await app.WhenAsync(url, "sent", 3);
        Assert.All(timeline.GetProperty("deliveries").GetProperty("items").EnumerateArray(), delivery =>
            Assert.Equal(2, delivery.GetProperty("attempts").GetArrayLength())
        );
        Assert.Equal((0, false), await ReplayAsync(app, """{"all":true}"""));
        Assert.Equal(0, (await app.CallAsync("GET", "/v1/dead-letters")).GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("{}", "all")]
    [InlineData("""{"all":false}""", "all")]
    [InlineData("""{"all":null}""", "all")]
    [InlineData("""{"all":"true"}""", "all")]
    [InlineData("""{"dryRun":true}""", "all")]
    [InlineData("""{"all":true,"expiresAt":"0001-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"all":true,"expiresAt":"9999-12-31T23:59:59Z"}""", "expiresAt")]
    [InlineData("""{"all":true,"provider":"mail"}""", "all")]
    [InlineData("""{"ids":null}""", "ids")]
    [InlineData("""{"ids":[]}""", "ids")]
    [InlineData("""{"all":true,"ids":null}""", "ids")]
    [InlineData("""{"ids":[null]}""", "ids[0]")]
    [InlineData("""{"reason":""}""", "reason")]
    [InlineData("""{"provider":""}""", "provider")]
    [InlineData("""{"provider":null,"reason":null}""", "provider", "reason")]
    [InlineData("""{"from":null,"to":null}""", "from", "to")]
    [InlineData("""{"provider":"mail","dryRun":null}""", "dryRun")]
    public async Task A_replay_without_an_effective_filter_replays_nothing(string json, params string[] fields)
    {
        using var response = await shared.App.SendAsync("POST", "/v1/dead-letters/replay", json);

        Assert.Equal(fields, (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        Assert.Equal(3, (await shared.App.CallAsync("GET", "/v1/dead-letters")).GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("reason=", "reason")]
    [InlineData("provider=", "provider")]
    [InlineData("ids=", "ids")]
    public async Task An_empty_filter_is_also_refused_in_a_query(string query, string field)
    {
        using var response = await shared.App.Client.GetAsync($"/v1/dead-letters?{query}");

        Assert.Equal([field], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Fact]
    public async Task A_delivery_that_fails_again_is_not_replayed_twice_by_one_call()
    {
        await using var app = await StartAsync();
        var url = await app.AcceptAsync(ToThree);
        await app.WhenAsync(url, "deadLetter", 3);

        Assert.Equal((3, false), await ReplayAsync(app, """{"all":true}"""));
        await Eventually.TrueAsync(
            async () =>
                (await app.WhenAsync(url, "deadLetter", 3))
                    .GetProperty("deliveries")
                    .GetProperty("items")
                    .EnumerateArray()
                    .All(delivery => delivery.GetProperty("attempts").GetArrayLength() == 2),
            "the second attempts"
        );
    }

    [Fact]
    public async Task A_replay_has_its_own_expiry()
    {
        await using var app = await StartAsync();
        var url = await app.AcceptAsync(ToThree);
        await app.WhenAsync(url, "deadLetter", 3);

        _answer = Outcome.Retry("421 come back", TimeSpan.FromHours(1));
        await ReplayAsync(app, JsonSerializer.Serialize(new { all = true, expiresAt = DateTimeOffset.UtcNow.AddMinutes(30) }));
        await Eventually.TrueAsync(
            async () =>
                (await app.CallAsync("GET", url))
                    .GetProperty("deliveries")
                    .GetProperty("items")
                    .EnumerateArray()
                    .All(delivery => delivery.Text("reason") == "expires before the next attempt: 421 come back"),
            "the replayed deliveries to expire"
        );
    }

    [Fact]
    public async Task A_filter_selects_the_same_in_a_query_and_in_a_body()
    {
        await using var app = await StartAsync();
        var timeline = await app.WhenAsync(await app.AcceptAsync(ToThree), "deadLetter", 3);
        string[] ids =
        [
            .. timeline.GetProperty("deliveries").GetProperty("items").EnumerateArray().Select(delivery => delivery.Text("id")!),
        ];
        const string Past = "2020-01-01T00:00:00Z",
            Future = "2099-01-01T00:00:00Z";

        (string Query, string Body, int Count)[] filters =
        [
            ("", """{"all":true}""", 3),
            ($"ids={ids[0]}", $$"""{"ids":["{{ids[0]}}"]}""", 1),
            ($"ids={ids[0]}&ids={ids[2]}", $$"""{"ids":["{{ids[0]}}","{{ids[2]}}"]}""", 2),
            ("provider=mail", """{"provider":"mail"}""", 3),
            ("provider=other", """{"provider":"other"}""", 0),
            ("reason=no%20such", """{"reason":"no such"}""", 3),
            ("reason=NO", """{"reason":"NO"}""", 0),
            ($"from={Past}&to={Future}", $$"""{"from":"{{Past}}","to":"{{Future}}"}""", 3),
            ($"to={Past}", $$"""{"to":"{{Past}}"}""", 0),
            ($"from={Future}", $$"""{"from":"{{Future}}"}""", 0),
            ("from=2020-01-01T00:00:00%2B02:00", """{"from":"2020-01-01T00:00:00+02:00"}""", 3),
        ];
        foreach (var (query, body, count) in filters)
        {
            Assert.Equal(
                (query, count),
                (query, (await app.CallAsync("GET", $"/v1/dead-letters?{query}")).GetProperty("count").GetInt32())
            );
            Assert.Equal((body, count), (body, (await ReplayAsync(app, $"{body[..^1]},\"dryRun\":true}}")).Count));
        }
    }

    [Fact]
    public async Task Pages_of_dead_letters_keep_the_filter()
    {
        await using var app = await StartAsync();
        var url = await app.AcceptAsync(ToThree);
        await app.WhenAsync(url, "deadLetter", 3);

        var first = await app.CallAsync("GET", "/v1/dead-letters?limit=2&reason=no%20such");
        var second = await app.CallAsync("GET", first.Text("next")!);
        Assert.Contains("reason=no", first.Text("next"));
        Assert.Null(second.Text("next"));
        JsonElement[] all = [.. first.GetProperty("items").EnumerateArray(), .. second.GetProperty("items").EnumerateArray()];
        var positions = all.Select(delivery => (delivery.GetProperty("endedAt").GetDateTimeOffset(), delivery.Text("id")!));
        Assert.Equal(positions.OrderByDescending(position => position), positions);
        Assert.Equal(
            ["a@example.org", "b@example.org", "c@example.org"],
            all.Select(delivery => delivery.Text("address")!).Order()
        );
        Assert.All(all, delivery => Assert.EndsWith(delivery.Text("notificationId")!, url));
    }

    /// <summary>Earlier versions listed by ID, and their cursor was one.</summary>
    [Theory]
    [InlineData("0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04", "not by ID. Omit after")]
    [InlineData("nonsense", "Use next of the page before")]
    public async Task A_cursor_that_is_not_understood_is_a_400_that_names_it(string after, string message)
    {
        using var response = await shared.App.Client.GetAsync($"/v1/dead-letters?after={after}&limit=2");

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal(["after"], problem.Fields());
        Assert.Contains(message, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliveries_are_counted_per_minute()
    {
        await using var app = await StartAsync();
        await app.WhenAsync(await app.AcceptAsync(ToThree), "deadLetter", 3);

        var count = (
            await Eventually.FindAsync(
                async () =>
                    (await app.CallAsync("GET", "/v1/analytics/deliveries")).GetProperty("items") is var counts
                    && counts.GetArrayLength() > 0
                        ? (JsonElement?[])[.. counts.EnumerateArray()]
                        : null,
                "the counts"
            )
        )[0]!.Value;
        Assert.Equal(("email", "mail", "deadLetter"), (count.Text("channel"), count.Text("provider"), count.Text("state")));
        Assert.Equal(0, count.GetProperty("minute").GetDateTimeOffset().Second);

        var old = await app.CallAsync("GET", "/v1/analytics/deliveries?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z");
        Assert.Equal(0, old.GetProperty("items").GetArrayLength());
    }

    private Task<ApiApplication> StartAsync() =>
        ApiApplication.StartOnSqliteAsync(new ScriptedProvider("mail", Channel.Email, _ => _answer));

    private static async Task<(int Count, bool DryRun)> ReplayAsync(ApiApplication app, string json)
    {
        var answer = await app.CallAsync("POST", "/v1/dead-letters/replay", json);
        return (answer.GetProperty("count").GetInt32(), answer.GetProperty("dryRun").GetBoolean());
    }
}
