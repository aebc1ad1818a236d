using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

public sealed class TriggeringOverHttpTests
{
    private static readonly string ToThree = $$"""
        {
          "to": [{"pushToken":"c0ffee01","platform":"ios"}, {"phone":"+46701234567"}, {"email":"ada@example.org"}],
          "content": {"title":"Hello","body":"Text","html":"<p>Text</p>","data":{"k":"v"},
            "attachments":[{"fileName":"a.txt","mediaType":"text/plain","base64":"aGVsbG8="}]},
          "priority": "high", "expiresAt": "{{DateTimeOffset.UtcNow.AddDays(2):O}}", "idempotencyKey": "first"
        }
        """;

    [Fact]
    public async Task An_accepted_notification_is_sent_and_its_timeline_shows_it()
    {
        await using var app = await ApiApplication.StartAsync();
        using var response = await app.TriggerAsync(ToThree);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var accepted = await response.JsonAsync();
        var url = accepted.GetProperty("statusUrl").GetString()!;
        Assert.Equal($"/v1/notifications/{accepted.GetProperty("id").GetGuid()}", url);
        Assert.Equal(url, response.Headers.Location!.ToString());
        Assert.False(accepted.GetProperty("duplicate").GetBoolean());

        var timeline = await WhenSentAsync(app, url, 3);
        Assert.Equal("high", timeline.GetProperty("priority").GetString());
        var deliveries = timeline.GetProperty("deliveries").GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(
            ["email", "push", "sms"],
            deliveries.Select(delivery => delivery.GetProperty("channel").GetString()!).Order()
        );
        Assert.All(deliveries, delivery =>
        {
            Assert.Equal("sent", delivery.GetProperty("state").GetString());
            var attempt = Assert.Single(delivery.GetProperty("attempts").EnumerateArray());
            Assert.Equal(delivery.GetProperty("provider").GetString(), attempt.GetProperty("provider").GetString());
            Assert.Equal("sent", attempt.GetProperty("outcome").GetString());
            Assert.True(attempt.GetProperty("durationMs").GetDouble() >= 0);
            Assert.NotEmpty(attempt.GetProperty("providerMessageId").GetString()!);
            Assert.NotEqual(default, attempt.GetProperty("startedAt").GetDateTimeOffset());
        });

        var email = app.Sandbox.Messages.Single(message => message.Channel == Channel.Email);
        Assert.Equal(
            ("Hello", "Text", "<p>Text</p>", "v"),
            (email.Content.Title, email.Content.Body, email.Content.Html, email.Content.Data!["k"])
        );
        Assert.Equal(5, Assert.Single(email.Content.Attachments!).Size);
        Assert.Equal(Platform.Ios, app.Sandbox.Messages.Single(message => message.Channel == Channel.Push).Platform);
    }

    [Theory]
    [InlineData("""{"email":"ada@example.org"}""", "email")]
    [InlineData("""{"webhook":"https://hooks.example.org/a"}""", "webhook")]
    [InlineData("""[{"channel":"sms","address":"+46701234567"}]""", "sms")]
    [InlineData("""{"pushToken":"t:t","platform":"web"}""", "push")]
    public async Task All_kinds_of_addresses_are_accepted(string to, string channel)
    {
        await using var app = await ApiApplication.StartAsync();
        using var response = await app.TriggerAsync($$"""{ "to": {{to}}, "content": { "body": "Text" }, "template": null }""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await Eventually.TrueAsync(
            () => app.Sandbox.Messages.Any(message => message.Channel.Name == channel),
            $"a message over {channel}"
        );
    }

    [Fact]
    public async Task A_scheduled_notification_waits()
    {
        await using var app = await ApiApplication.StartAsync();
        using var response = await app.TriggerAsync(
            """{"to":{"email":"a@example.org"},"content":{"body":"x"},"sendAt":"2026-12-31T10:00:00+02:00"}""".Replace(
                "2026-12-31",
                DateTime.UtcNow.AddDays(9).ToString("yyyy-MM-dd")
            )
        );

        var timeline = await app.ReadAsync(response.Headers.Location!.ToString());
        var delivery = Assert.Single(timeline.GetProperty("deliveries").GetProperty("items").EnumerateArray());
        Assert.Equal("pending", delivery.GetProperty("state").GetString());
        Assert.Equal(timeline.GetProperty("sendAt").GetDateTimeOffset(), delivery.GetProperty("dueAt").GetDateTimeOffset());
        Assert.Equal(1, timeline.GetProperty("counts").GetProperty("pending").GetInt32());
    }

    [Fact]
    public async Task The_timeline_is_returned_in_pages()
    {
        await using var app = await ApiApplication.StartAsync();
        var to = string.Join(',', Enumerable.Range(0, 5).Select(i => $$"""{ "email": "user{{i}}@example.org" }"""));
        using var response = await app.TriggerAsync($$"""{ "to": [{{to}}], "content": { "body": "x" } }""");

        var seen = new List<string>();
        string? url = $"{response.Headers.Location}?limit=2";
        var pages = 0;
        for (; url is not null; pages++)
        {
            var page = await app.ReadAsync(url);
            seen.AddRange(
                page.GetProperty("deliveries")
                    .GetProperty("items")
                    .EnumerateArray()
                    .Select(delivery => delivery.GetProperty("address").GetString()!)
            );
            url = page.GetProperty("deliveries").Text("next");
        }

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"user{i}@example.org"), seen.Order());
    }

    [Fact]
    public async Task A_rejected_delivery_shows_the_reason()
    {
        var pigeon = new ScriptedProvider("pigeon", Channel.Create("pigeon"), _ => Outcome.Rejected("the hawk is out"));
        await using var app = await ApiApplication.StartAsync(services: services =>
            services.AddSingleton<IDeliveryProvider>(pigeon)
        );
        using var response = await app.TriggerAsync("""{"to":{"channel":"pigeon","address":"coop 7"},"content":{"body":"x"}}""");

        var url = response.Headers.Location!.ToString();
        await Eventually.TrueAsync(async () => Counts(await app.ReadAsync(url), "deadLetter") == 1, "the dead letter");
        var delivery = (await app.ReadAsync(url)).GetProperty("deliveries").GetProperty("items")[0];
        Assert.Equal("the hawk is out", delivery.GetProperty("reason").GetString());
        Assert.Equal("rejected", delivery.GetProperty("attempts")[0].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Tenants_cannot_see_each_others_notifications()
    {
        await using var app = await ApiApplication.StartAsync();
        using var response = await app.TriggerAsync(
            """{"to":{"email":"a@example.org"},"content":{"body":"x"}}""",
            ("X-Notify-Tenant", "acme")
        );

        using var unknown = await app.Client.GetAsync(response.Headers.Location);
        await unknown.ProblemAsync(HttpStatusCode.NotFound);
        app.Client.DefaultRequestHeaders.Add("X-Notify-Tenant", "acme");
        Assert.Equal("acme", (await app.ReadAsync(response.Headers.Location!.ToString())).GetProperty("tenant").GetString());
    }

    [Theory]
    [InlineData("""{"to":{"email":"a@example.org"},"content":{"body":"x"},"idempotencyKey":"k"}""", false)]
    [InlineData("""{"to":{"email":"a@example.org"},"content":{"body":"x"}}""", true)]
    public async Task The_same_key_and_body_return_the_same_notification(string json, bool byHeader)
    {
        await using var app = await ApiApplication.StartAsync();
        (string, string)[] headers = byHeader ? [("Idempotency-Key", "k")] : [];
        using var first = await app.TriggerAsync(json, headers);
        using var second = await app.TriggerAsync(json, headers);

        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.True((await second.JsonAsync()).GetProperty("duplicate").GetBoolean());
        Assert.Equal(first.Headers.Location, second.Headers.Location);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_a_conflict_that_names_the_first_notification()
    {
        await using var app = await ApiApplication.StartAsync();
        using var first = await app.TriggerAsync(
            """{"to":{"email":"a@example.org"},"content":{"body":"x"}}""",
            ("Idempotency-Key", "k")
        );
        using var second = await app.TriggerAsync(
            """{"to":{"email":"a@example.org"},"content":{"body":"y"},"idempotencyKey":"k"}"""
        );

        var problem = await second.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal((await first.JsonAsync()).GetProperty("id").GetGuid(), problem.GetProperty("existingId").GetGuid());
    }

    private static async Task<JsonElement> WhenSentAsync(ApiApplication app, string url, int count)
    {
        await Eventually.TrueAsync(async () => Counts(await app.ReadAsync(url), "sent") == count, $"{count} accepted deliveries");
        return await app.ReadAsync(url);
    }

    private static long Counts(JsonElement timeline, string state) =>
        timeline.GetProperty("counts").GetProperty(state).GetInt64();
}
