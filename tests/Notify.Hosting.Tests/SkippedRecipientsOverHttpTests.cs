using System.Net;
using System.Text.Json;

namespace Notify.Hosting.Tests;

/// <summary>The answer to a trigger lists the recipients that get nothing.</summary>
public sealed class SkippedRecipientsOverHttpTests(SharedApi api) : IClassFixture<SharedApi>
{
    private const string Content = "\"content\": { \"title\": \"Hello\", \"body\": \"Text\" }";

    private readonly ApiApplication _app = api.Application;

    [Fact]
    public async Task The_answer_has_no_list_if_everyone_is_reached()
    {
        var answer = await TriggerAsync($$"""{ "to": { "email": "reached@example.org" }, {{Content}} }""", "list-none");

        Assert.Equal(["id", "duplicate", "statusUrl"], answer.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Every_kind_of_recipient_is_listed_as_it_was_given()
    {
        const string tenant = "list-kinds";
        await _app.CallAsync("PUT", "/v1/users/ada", """{ "addresses": { "email": "ada@example.org" } }""", tenant);
        await _app.CallAsync(
            "PATCH",
            "/v1/users/ada/preferences",
            """{ "items": [{ "category": "ads", "status": "optedOut" }] }""",
            tenant
        );
        await _app.CallAsync("PUT", "/v1/users/eva", """{ "addresses": {} }""", tenant);

        var answer = await TriggerAsync(
            $$"""
            { "to": [{ "user": "ada" }, { "user": "eva" }, { "user": "nobody" }, { "topic": "never" },
                { "email": "b@example.org" }, { "email": "B@example.org" },
                { "phone": "+46 70-123 45 67" }, { "phone": "0046701234567" },
                { "webhook": "https://hooks.example.org/a" }, { "webhook": "https://hooks.example.org:443/a" },
                { "pushToken": "c0ffee0000000001", "platform": "ios" }, { "pushToken": "c0ffee0000000001", "platform": "ios" }],
              "channels": ["email", "sms", "webhook", "push"], "category": "ads", "onUnknownRecipient": "skip", {{Content}} }
            """,
            tenant
        );

        Assert.Equal(8, answer.GetProperty("skippedTotal").GetInt32());
        Assert.Equal(
            [
                "email=B@example.org email duplicate_address",
                "phone=+46701234567 sms duplicate_address",
                "pushToken=…0001 platform=ios push duplicate_address",
                "topic=never - unknown_topic",
                "user=ada email opted_out",
                "user=eva - no_address",
                "user=nobody - unknown_user",
                "webhook=https://hooks.example.org:443/a webhook duplicate_address",
            ],
            answer
                .GetProperty("skipped")
                .EnumerateArray()
                .Select(one => $"{Show(one.GetProperty("recipient"))} {one.Text("channel") ?? "-"} {one.Text("code")}")
                .Order(StringComparer.Ordinal)
        );
        Assert.All(answer.GetProperty("skipped").EnumerateArray(), one => Assert.NotEmpty(one.Text("reason")!));
    }

    [Fact]
    public async Task A_replayed_key_gets_no_list()
    {
        const string tenant = "list-replayed";
        const string body = $$"""
            { "to": { "user": "nobody" }, "onUnknownRecipient": "skip", "idempotencyKey": "once", {{Content}} }
            """;
        var first = await TriggerAsync(body, tenant);
        var second = await TriggerAsync(body, tenant);

        Assert.Equal(1, first.GetProperty("skippedTotal").GetInt32());
        Assert.Equal(first.GetProperty("id").GetGuid(), second.GetProperty("id").GetGuid());
        Assert.Equal(["id", "duplicate", "statusUrl"], second.EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"onUnknownRecipient\": \"fail\",")]
    public async Task Unknown_recipients_are_refused_each_at_its_field(string behavior)
    {
        var tenant = $"list-refused-{behavior.Length}";
        await _app.CallAsync("PUT", "/v1/users/ada", """{ "addresses": { "email": "ada@example.org" } }""", tenant);

        using var response = await _app.SendAsync(
            "POST",
            "/v1/notifications",
            $$"""{ "to": [{ "user": "x" }, { "user": "ada" }, { "topic": "y" }, { "user": "z" }], {{behavior}} {{Content}} }""",
            tenant
        );

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal(["to[0].user", "to[2].topic", "to[3].user"], problem.Fields());
        Assert.Empty((await _app.CallAsync("GET", "/v1/notifications", null, tenant)).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task An_unknown_behavior_is_refused()
    {
        using var response = await _app.TriggerAsync(
            $$"""{ "to": { "email": "a@example.org" }, "onUnknownRecipient": "ignore", {{Content}} }"""
        );

        Assert.Equal(["onUnknownRecipient"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    private static string Show(JsonElement recipient) =>
        string.Join(' ', recipient.EnumerateObject().Select(member => $"{member.Name}={member.Value}"));

    private Task<JsonElement> TriggerAsync(string json, string tenant) =>
        _app.CallAsync("POST", "/v1/notifications", json, tenant);
}
