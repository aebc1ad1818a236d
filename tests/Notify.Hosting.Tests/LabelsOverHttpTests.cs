using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Notify.Hosting.Tests;

/// <summary>Tests references, cancellation keys, tags and metadata.</summary>
public sealed class LabelsOverHttpTests : IAsyncLifetime
{
    private const string Labels = """
        "reference":"order-42","cancellationKey":"cart-7","tags":["spring","b"],"metadata":{"region":"norr","empty":""}
        """;

    private ApiApplication _app = null!;

    public async ValueTask InitializeAsync() => _app = await ApiApplication.StartOnSqliteAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Labels_are_repeated_in_the_notification_and_in_lists()
    {
        var url = await _app.AcceptAsync(Waiting(Labels));

        foreach (
            var shown in (JsonElement[])
                [await _app.CallAsync("GET", url), (await _app.CallAsync("GET", "/v1/notifications")).GetProperty("items")[0]]
        )
        {
            Assert.Equal(("order-42", "cart-7"), (shown.Text("reference"), shown.Text("cancellationKey")));
            Assert.Equal("""["spring","b"]""", shown.GetProperty("tags").GetRawText());
            Assert.Equal("""{"region":"norr","empty":""}""", shown.GetProperty("metadata").GetRawText());
        }
    }

    [Fact]
    public async Task Labels_are_repeated_in_events()
    {
        await using var stream = await _app.Client.GetStreamAsync("/v1/events");
        await using var events = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();
        await events.MoveNextAsync();
        await _app.AcceptAsync($$"""{"to":{"email":"ada@example.org"},"content":{"body":"x"},{{Labels}}}""");

        foreach (var type in (string[])["notification.accepted", "delivery.sent"])
        {
            await events.MoveNextAsync();

            Assert.Equal(type, events.Current.EventType);
            var data = JsonElement.Parse(events.Current.Data).GetProperty("data");
            Assert.Equal("order-42", data.Text("reference"));
            Assert.Equal("""["spring","b"]""", data.GetProperty("tags").GetRawText());
            Assert.Equal("norr", data.GetProperty("metadata").Text("region"));
        }
    }

    [Fact]
    public async Task Notifications_are_listed_by_reference_tag_user_and_template_in_pages()
    {
        foreach (var user in (string[])["ada", "bob"])
            await _app.CallAsync("PUT", $"/v1/users/{user}", $$$"""{"addresses":{"email":"{{{user}}}@example.org"}}""");
        await _app.CallAsync("PUT", "/v1/templates/welcome", """{"variants":[{"body":"x"}]}""");
        string[] urls =
        [
            await _app.AcceptAsync("""{"to":{"user":"ada"},"content":{"body":"x"},"reference":"r","tags":["a"]}"""),
            await _app.AcceptAsync("""{"to":[{"user":"bob"},{"user":"ada"}],"template":"welcome","tags":["a","b"]}"""),
            await _app.AcceptAsync("""{"to":{"user":"bob"},"content":{"body":"x"},"reference":"r"}"""),
        ];

        Assert.Equal([urls[2], urls[0]], await FindAsync("reference=r"));
        Assert.Equal([urls[1], urls[0]], await FindAsync("tag=a"));
        Assert.Equal([urls[0]], await FindAsync("tag=a&reference=r"));
        Assert.Equal([urls[1], urls[0]], await FindAsync("user=ada"));
        Assert.Equal([urls[1]], await FindAsync("user=bob&tag=b"));
        Assert.Equal([urls[1]], await FindAsync("template=welcome"));
        Assert.Empty(await FindAsync("reference=r&to=2020-01-01T00:00:00Z"));
        Assert.Equal([urls[0]], await FindAsync("tag=a&from=2020-01-01T00:00:00Z&user=ada&reference=r"));
        var page = await _app.CallAsync("GET", "/v1/notifications?reference=r&limit=1");
        Assert.Equal([urls[0]], GetUrls(await _app.CallAsync("GET", page.Text("next")!)));
    }

    [Theory]
    [InlineData("cancellationKey", "cart-7")]
    [InlineData("reference", "order-42")]
    public async Task All_notifications_of_a_target_are_cancelled(string field, string value)
    {
        string[] urls = [await _app.AcceptAsync(Waiting(Labels)), await _app.AcceptAsync(Waiting(Labels))];
        var other = await _app.AcceptAsync(
            Waiting(
                """
                "reference":"other"
                """
            )
        );
        var target = JsonSerializer.Serialize(new Dictionary<string, string> { [field] = value });

        var first = await _app.CallAsync("POST", "/v1/notifications/cancel?ids=true", target);
        var second = await _app.CallAsync("POST", "/v1/notifications/cancel", target);

        Assert.Equal((2, 2, 0), (first.Number("notifications"), first.Number("cancelled"), first.Number("ended")));
        Assert.Equal(2, first.GetProperty("cancelledIds").GetArrayLength());
        Assert.Equal((2, 0, 2), (second.Number("notifications"), second.Number("cancelled"), second.Number("ended")));
        Assert.False(second.TryGetProperty("cancelledIds", out _));
        foreach (var url in urls)
            Assert.Equal(1, (await _app.CallAsync("GET", url)).GetProperty("counts").Number("cancelled"));
        Assert.Equal(1, (await _app.CallAsync("GET", other)).GetProperty("counts").Number("pending"));
        Assert.Equal(0, (await _app.CallAsync("POST", "/v1/notifications/cancel", target, "other")).Number("notifications"));
    }

    [Theory]
    [InlineData("{}", "cancellationKey", "required")]
    [InlineData("""{"cancellationKey":"a","reference":"b"}""", "reference", "conflict")]
    [InlineData("""{"cancellationKey":7}""", "cancellationKey", "wrong_type")]
    [InlineData("""{"reference":""}""", "reference", "required")]
    [InlineData("""{"id":"a"}""", "id", "unknown_field")]
    public async Task A_wrong_target_is_refused(string json, string field, string code)
    {
        using var response = await _app.SendAsync("POST", "/v1/notifications/cancel", json);

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal([field], problem.Fields());
        Assert.Equal(code, Assert.Single(problem.ErrorsIn(field)).Text("code"));
    }

    [Theory]
    [InlineData(
        """
            "reference":""
            """,
        "reference",
        "required"
    )]
    [InlineData(
        """
            "tags":["a","a"]
            """,
        "tags[1]",
        "duplicate"
    )]
    [InlineData(
        """
            "tags":"a"
            """,
        "tags",
        "wrong_type"
    )]
    [InlineData(
        """
            "tags":[1]
            """,
        "tags[0]",
        "wrong_type"
    )]
    [InlineData(
        """
            "metadata":{"a":1}
            """,
        "metadata.a",
        "wrong_type"
    )]
    [InlineData(
        """
            "metadata":{"a":"\ud800"}
            """,
        "metadata.a",
        "invalid_text"
    )]
    [InlineData(
        """
            "cancellationKey":"a\nb"
            """,
        "cancellationKey",
        "invalid_text"
    )]
    public async Task A_wrong_label_is_refused(string labels, string field, string code)
    {
        using var response = await _app.TriggerAsync(Waiting(labels));

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal([field], problem.Fields());
        Assert.Equal(code, Assert.Single(problem.ErrorsIn(field)).Text("code"));
    }

    [Theory]
    [InlineData(
        """
            "reference":"other"
            """
    )]
    [InlineData(
        """
            "reference":"order-42","tags":["a"]
            """
    )]
    [InlineData(
        """
            "reference":"order-42","metadata":{"a":"b"}
            """
    )]
    [InlineData(
        """
            "reference":"order-42","cancellationKey":"k"
            """
    )]
    public async Task The_labels_belong_to_what_an_idempotency_key_compares(string labels)
    {
        var same = Waiting(
            """
            "reference":"order-42"
            """
        );
        await _app.TriggerAsync(same, ("Idempotency-Key", "k"));

        using var repeated = await _app.TriggerAsync(same, ("Idempotency-Key", "k"));
        using var different = await _app.TriggerAsync(Waiting(labels), ("Idempotency-Key", "k"));

        Assert.Equal(HttpStatusCode.Accepted, repeated.StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, different.StatusCode);
    }

    private static string Waiting(string labels)
    {
        var sendAt = $"{DateTime.UtcNow.Date.AddDays(30):yyyy-MM-dd}T00:00:00Z";
        return $$"""{"to":{"email":"ada@example.org"},"content":{"body":"x"},"sendAt":"{{sendAt}}",{{labels}}}""";
    }

    private async Task<string[]> FindAsync(string query) => GetUrls(await _app.CallAsync("GET", $"/v1/notifications?{query}"));

    private static string[] GetUrls(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.Text("statusUrl")!)];
}

file static class Numbers
{
    public static long Number(this JsonElement json, string property) => json.GetProperty(property).GetInt64();
}
