using System.Net;
using System.Text.Json;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests what a trigger can specify besides the recipients and the content.</summary>
public sealed class RulesOverHttpTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private const string Shipped = """
        {"variants":[
          {"title":"Shipped","body":"Order {{number}} for {{customer.name}}"},
          {"locale":"sv","body":"Order {{number}} till {{customer.name}}"},
          {"channel":"sms","body":"{{number}} shipped"}]}
        """;

    [Fact]
    public async Task A_template_is_versioned_and_rendered()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        var first = await app.CallAsync("PUT", "/v1/templates/shipped", """{"variants":[{"body":"old"}]}""");
        var second = await app.CallAsync("PUT", "/v1/templates/shipped", Shipped);
        Assert.Equal((1, 2), (first.GetProperty("version").GetInt32(), second.GetProperty("version").GetInt32()));

        var newest = await app.CallAsync("GET", "/v1/templates/shipped");
        Assert.Equal(("shipped", 2), (newest.Text("name"), newest.GetProperty("version").GetInt32()));
        Assert.Equal(
            [null, null, "sms"],
            newest.GetProperty("variants").EnumerateArray().Select(variant => variant.Text("channel"))
        );
        Assert.NotEqual(default, newest.GetProperty("savedAt").GetDateTimeOffset());
        var old = await app.CallAsync("GET", "/v1/templates/shipped?version=1");
        Assert.Equal("old", Assert.Single(old.GetProperty("variants").EnumerateArray()).Text("body"));
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", "/v1/templates/shipped?version=3")).Status);

        await app.AcceptAsync(
            """
            {"to":{"email":"ada@example.org"},"template":"shipped",
             "data":{"number":12.50,"customer":{"name":"Ada & Co"}},"category":"orders"}
            """
        );
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Count == 1, "the message");
        Assert.Equal("Order 12.50 for Ada & Co", Assert.Single(app.Sandbox.Messages).Content.Body);
    }

    [Fact]
    public async Task A_trigger_without_all_variables_names_the_missing_ones()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync(
            "PUT",
            "/v1/templates/shipped",
            """{"variants":[{"title":"To {{city}}","body":"Order {{number}} for {{name}}"}]}"""
        );
        using var response = await app.SendAsync(
            "POST",
            "/v1/notifications",
            """{"to":{"email":"ada@example.org"},"template":"shipped","data":{"name":"Ada"}}"""
        );

        Assert.Equal(["data.city", "data.number"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Theory]
    [InlineData("PT90M", 90 * 60)]
    [InlineData("01:30:00", 90 * 60)]
    [InlineData("P1DT2H", 26 * 3600)]
    [InlineData("1.02:00:00", 26 * 3600)]
    [InlineData("PT300S", 300)]
    public async Task A_duration_can_be_written_in_two_forms(string after, int seconds)
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        var url = await TriggerWithFallbackAsync(app, after);

        var timeline = await app.CallAsync("GET", url);
        var due =
            timeline.DeliveryOver("sms").GetProperty("dueAt").GetDateTimeOffset()
            - timeline.GetProperty("acceptedAt").GetDateTimeOffset();
        Assert.Equal(seconds, due.TotalSeconds);
        Assert.Equal(1, timeline.DeliveryOver("sms").GetProperty("fallbackStep").GetInt32());
    }

    [Theory]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1DT")]
    [InlineData("P1M")]
    [InlineData("P1Y")]
    [InlineData("PT5M\\n")]
    [InlineData("-PT5M")]
    [InlineData("5")]
    [InlineData("5m")]
    [InlineData("00:05")]
    [InlineData("PT99999999999S")]
    public async Task An_invalid_duration_is_refused(string after)
    {
        using var response = await shared.App.TriggerAsync(
            $$"""
            {"to":{"user":"nobody"},"content":{"body":"x"},
             "channels":["email"],"fallback":[{"channel":"sms","after":"{{after}}"}]}
            """
        );

        Assert.Equal(["fallback[0].after"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Fact]
    public async Task A_receipt_cancels_the_fallback_and_unknown_receipts_are_named()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        var url = await TriggerWithFallbackAsync(app, "PT1H");
        var email = (await app.WhenAsync(url, "sent", 1)).DeliveryOver("email").GetProperty("id").GetGuid();
        var stranger = Guid.NewGuid();

        var answer = await app.CallAsync(
            "POST",
            "/v1/receipts",
            JsonSerializer.Serialize(
                new
                {
                    receipts = new object[]
                    {
                        new
                        {
                            deliveryId = email,
                            kind = "opened",
                            at = "2099-01-01T00:00:00Z",
                            detail = "pixel",
                        },
                        new { deliveryId = stranger, kind = "delivered" },
                    },
                }
            )
        );
        Assert.Equal(1, answer.GetProperty("kept").GetInt32());
        Assert.Equal(stranger, Assert.Single(answer.GetProperty("unknown").EnumerateArray()).GetGuid());

        var timeline = await app.CallAsync("GET", url);
        Assert.Equal(
            ("cancelled", "receipt came"),
            (timeline.DeliveryOver("sms").Text("state"), timeline.DeliveryOver("sms").Text("reason"))
        );
        var receipt = Assert.Single(timeline.DeliveryOver("email").GetProperty("receipts").EnumerateArray());
        Assert.Equal(("opened", "pixel"), (receipt.Text("kind"), receipt.Text("detail")));
        Assert.True(receipt.GetProperty("at").GetDateTimeOffset() <= DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task A_bounce_starts_the_fallback_early()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        var url = await TriggerWithFallbackAsync(app, "PT1H");
        var email = (await app.WhenAsync(url, "sent", 1)).DeliveryOver("email").GetProperty("id").GetGuid();
        await app.CallAsync("POST", "/v1/receipts", $$"""{"receipts":[{"deliveryId":"{{email}}","kind":"bounced"}]}""");

        Assert.Equal("sent", (await app.WhenAsync(url, "sent", 2)).DeliveryOver("sms").Text("state"));
    }

    [Fact]
    public async Task A_cancellation_reports_exactly_what_it_stopped()
    {
        var answer = new TaskCompletionSource<Outcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var called = new TaskCompletionSource();
        var email = new ScriptedProvider("mail", Channel.Email, delivery =>
        {
            called.TrySetResult();
            return new ValueTask<Outcome>(answer.Task);
        });
        await using var app = await ApiApplication.StartOnSqliteAsync(email);
        await app.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"email":"ada@example.org","phone":"+46701234567"}}""");
        var url = await app.AcceptAsync(
            """
            {"to":[{"user":"ada"},{"webhook":"https://hooks.example.org/a"}],"content":{"body":"x"},
             "channels":["email","webhook"],"fallback":[{"channel":"sms","after":"PT1H"}]}
            """
        );
        await called.Task;
        var before = await app.WhenAsync(url, "sent", 1);
        Assert.Equal(3, before.GetProperty("deliveries").GetProperty("items").GetArrayLength());

        var cancellation = await app.CallAsync("POST", $"{url}/cancel?ids=true");
        var id = before.DeliveryOver("sms").Text("id");
        Assert.Equal(
            $$"""{"cancelled":1,"inFlight":1,"ended":1,"collected":0,"cancelledIds":["{{id}}"]}""",
            cancellation.GetRawText()
        );

        answer.SetResult(Outcome.Sent());
        var after = await app.WhenAsync(url, "sent", 2);
        Assert.Equal(
            ("cancelled", "cancelled"),
            (after.DeliveryOver("sms").Text("state"), after.DeliveryOver("sms").Text("reason"))
        );
        var again = await app.CallAsync("POST", $"{url}/cancel");
        Assert.Equal("""{"cancelled":0,"inFlight":0,"ended":3,"collected":0}""", again.GetRawText());
    }

    [Theory]
    [InlineData("7a1c2f64-6d4b-4f2e-9d51-7a3a9c0f6a11")]
    [InlineData("not-an-id")]
    public async Task An_unknown_notification_cannot_be_cancelled(string id)
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        using var response = await app.SendAsync("POST", $"/v1/notifications/{id}/cancel");

        await response.ProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("ids=yes", "ids")]
    [InlineData("ids=True", "ids")]
    [InlineData("ids=true&ids=true", "ids")]
    [InlineData("id=1", "id")]
    public async Task Only_a_flag_asks_for_the_ids_of_cancelled_deliveries(string query, string field)
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        using var response = await app.SendAsync("POST", $"/v1/notifications/{Guid.NewGuid()}/cancel?{query}");

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Contains($"\"{field}\"", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_throttle_and_a_collapse_key_suppress_notifications()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        const string Throttled =
            """{"to":{"email":"a@example.org"},"content":{"body":"x"},"category":"c","throttle":{"max":1,"per":"P1D"}}""";
        await app.WhenAsync(await app.AcceptAsync(Throttled), "sent", 1);
        var second = await app.WhenAsync(await app.AcceptAsync(Throttled), "cancelled", 1);
        Assert.Equal(("throttled", "c"), (second.DeliveryOver("email").Text("reason"), second.Text("category")));

        var later = DateTimeOffset.UtcNow.AddHours(1).ToString("O");
        var collapsed =
            $$"""{"to":{"email":"a@example.org"},"content":{"body":"x"},"collapseKey":"score","sendAt":"{{later}}"}""";
        var older = await app.AcceptAsync(collapsed);
        var newer = await app.AcceptAsync(collapsed);
        Assert.Equal("superseded", (await app.WhenAsync(older, "cancelled", 1)).DeliveryOver("email").Text("reason"));
        Assert.Equal(
            ("pending", "score"),
            (
                (await app.CallAsync("GET", newer)).DeliveryOver("email").Text("state"),
                (await app.CallAsync("GET", newer)).Text("collapseKey")
            )
        );
    }

    [Theory]
    [InlineData("""{"window":"00:00:01"}""")]
    [InlineData("""{"window":"PT1S"}""")]
    public async Task A_digest_sends_the_collected_events_as_one_notification(string digest)
    {
        var time = new ManualTime();
        await using var app = await ApiApplication.StartOnSqliteAsync(time);
        await app.CallAsync(
            "PUT",
            "/v1/templates/sum",
            """{"variants":[{"body":"{{count}}:{% for event in events %} {{event.what}}{% endfor %}"}]}"""
        );
        foreach (var what in (string[])["a", "b"])
            await app.AcceptAsync(
                $$$"""{"to":{"email":"a@example.org"},"template":"sum","data":{"what":"{{{what}}}"},"digest":{{{digest}}}}"""
            );

        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(ApiApplication.PollInterval);
                return app.Sandbox.Messages.Count > 0;
            },
            "the digest"
        );
        Assert.Equal("2: a b", Assert.Single(app.Sandbox.Messages).Content.Body);
    }

    [Fact]
    public async Task A_cron_digest_is_accepted()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync("PUT", "/v1/templates/sum", """{"variants":[{"body":"{{count}}"}]}""");
        var url = await app.AcceptAsync("""{"to":{"email":"a@example.org"},"template":"sum","digest":{"cron":"0 8 * * 1-5"}}""");

        Assert.Equal(0, (await app.CallAsync("GET", url)).GetProperty("deliveries").GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_local_time_is_in_the_recipients_time_zone()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        await app.CallAsync("PUT", "/v1/users/yuki", """{"addresses":{"email":"yuki@example.org"},"timeZone":"Asia/Tokyo"}""");
        var local = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(9).ToDateTime(new TimeOnly(9, 0));
        var url = await app.AcceptAsync(
            $$"""{"to":{"user":"yuki"},"content":{"body":"x"},"sendAtLocal":"{{local:yyyy-MM-ddTHH:mm:ss}}"}"""
        );

        var timeline = await app.CallAsync("GET", url);
        Assert.Equal(
            new DateTimeOffset(local, TimeSpan.FromHours(9)),
            timeline.DeliveryOver("email").GetProperty("dueAt").GetDateTimeOffset()
        );
        Assert.Equal(local, timeline.GetProperty("sendAtLocal").GetDateTime());
    }

    private static async Task<string> TriggerWithFallbackAsync(ApiApplication app, string after)
    {
        await app.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"email":"ada@example.org","phone":"+46701234567"}}""");
        return await app.AcceptAsync(
            $$"""
            {"to":{"user":"ada"},"content":{"body":"x"},"channels":["email"],
             "fallback":[{"channel":"sms","after":"{{after}}"}]}
            """
        );
    }
}
