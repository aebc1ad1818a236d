using System.Text.Json;
using Notify.FakeGateways.Fcm;

namespace Notify.Providers.Fcm.Tests;

public sealed partial class MessageTests
{
    /// <summary>An expiry in whole seconds, so that the remaining time is exact to the second.</summary>
    private static readonly DateTimeOffset Expiry = DateTimeOffset.FromUnixTimeSeconds(
        DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds()
    );

    [Fact]
    public async Task A_plain_message_has_only_text_lifetime_and_priority()
    {
        var message = await SentAsync(
            Delivery(new Content { Title = "Your order", Body = "It is on its way." }) with
            {
                ExpiresAt = Expiry,
            }
        );

        var seconds = int.Parse(message.GetProperty("webpush").GetProperty("headers").GetProperty("TTL").GetString()!, null);
        Assert.InRange(seconds, 3000, 3600);
        AssertJson(
            $$$"""
            {
              "token": "{{{message.GetProperty("token").GetString()}}}",
              "notification": { "title": "Your order", "body": "It is on its way." },
              "android": { "priority": "NORMAL", "ttl": "{{{seconds}}}s" },
              "apns": { "headers": { "apns-expiration": "{{{Expiry.ToUnixTimeSeconds()}}}", "apns-priority": "10" } },
              "webpush": { "headers": { "TTL": "{{{seconds}}}", "Urgency": "normal" } }
            }
            """,
            message
        );
    }

    [Fact]
    public async Task The_lifetime_is_limited_to_four_weeks_and_never_negative()
    {
        var endless = await SentAsync(Delivery() with { ExpiresAt = DateTimeOffset.UtcNow.AddYears(1) });
        var passed = await SentAsync(Delivery() with { ExpiresAt = DateTimeOffset.UtcNow.AddMinutes(-1) });

        Assert.Equal((null, "2419200"), (At(endless, "android.ttl"), At(endless, "webpush.headers.TTL")));
        Assert.Equal(("0s", "0"), (At(passed, "android.ttl"), At(passed, "webpush.headers.TTL")));
    }

    [Theory]
    [InlineData(Priority.High, "HIGH", "10", "high")]
    [InlineData(Priority.Normal, "NORMAL", "10", "normal")]
    [InlineData(Priority.Bulk, "NORMAL", "5", "low")]
    public async Task The_priority_is_written_for_every_platform(Priority priority, string android, string apple, string browser)
    {
        var message = await SentAsync(Delivery() with { Priority = priority });

        Assert.Equal(
            (android, apple, browser),
            (At(message, "android.priority"), At(message, "apns.headers.apns-priority"), At(message, "webpush.headers.Urgency"))
        );
    }

    [Fact]
    public async Task A_message_with_only_data_has_a_priority_that_Firebase_accepts()
    {
        var content = new Content
        {
            Html = "<p>for email</p>",
            Data = new Dictionary<string, string> { ["order"] = "42" },
        };

        var message = await SentAsync(Delivery(content) with { Priority = Priority.High });

        Assert.False(message.TryGetProperty("notification", out _));
        Assert.Equal(("5", "HIGH"), (At(message, "apns.headers.apns-priority"), At(message, "android.priority")));
    }

    [Fact]
    public async Task A_collapse_key_replaces_earlier_notifications_on_Android()
    {
        var message = await SentAsync(Delivery() with { CollapseKey = "order-42" });

        Assert.Equal("order-42", At(message, "android.notification.tag"));
    }

    [Theory]
    [InlineData("with space 1234", true, false)]
    [InlineData("order-421", true, false)]
    [InlineData("0123456789abcdef0123456789abcdef", true, true)]
    [InlineData("0123456789abcdef0123456789abcdef0123", true, false)]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", true, false)]
    [InlineData("ä123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", false, false)]
    public async Task A_collapse_key_is_unchanged_if_the_vendor_accepts_it(string key, bool fitsApple, bool fitsBrowser)
    {
        var message = await SentAsync(Delivery() with { CollapseKey = key });

        Assert.Equal(fitsApple, At(message, "apns.headers.apns-collapse-id") == key);
        Assert.Equal(fitsBrowser, At(message, "webpush.headers.Topic") == key);
    }

    [Fact]
    public async Task A_collapse_key_that_a_vendor_would_refuse_still_collapses()
    {
        var key = string.Concat(Enumerable.Repeat("order 42 ", 20));

        var first = await SentAsync(Delivery() with { CollapseKey = key });
        var second = await SentAsync(Delivery() with { CollapseKey = key });
        var other = await SentAsync(Delivery() with { CollapseKey = key + "!" });

        Assert.Equal(key, At(first, "android.collapse_key"));
        foreach (var path in (string[])["apns.headers.apns-collapse-id", "webpush.headers.Topic"])
        {
            Assert.Matches("^[A-Za-z0-9_-]{32}$", At(first, path));
            Assert.Equal(At(first, path), At(second, path));
            Assert.NotEqual(At(first, path), At(other, path));
        }
    }

    [Fact]
    public async Task Letters_outside_ASCII_are_not_escaped()
    {
        var body = string.Concat(Enumerable.Repeat("日本語 <b>&\"é\" 😀 ", 100));

        var message = await SentAsync(Delivery(new Content { Body = body }));

        Assert.Equal(body, At(message, "notification.body"));
        Assert.Contains("日本語", message.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_service_rejects_a_message_that_is_too_large()
    {
        await using var gateway = await FcmGateway.StartAsync(tls: false);
        await using var application = await FcmApplication.StartAsync(gateway);

        Assert.Equal(OutcomeKind.Sent, (await application.SendAsync(content: new Content { Body = new string('x', 4092) })).Kind);
        Assert.Equal(
            OutcomeKind.Rejected,
            (await application.SendAsync(content: new Content { Body = new string('x', 4093) })).Kind
        );
    }

    [Fact]
    public async Task A_dry_run_is_validated_and_not_delivered()
    {
        await using var gateway = await FcmGateway.StartAsync(tls: false);
        await using var application = await FcmApplication.StartAsync(gateway, options => options.ValidateOnly = true);

        var outcome = await application.SendAsync();

        Assert.Equal("projects/notify-fake/messages/fake_message_id", outcome.ProviderMessageId);
        Assert.True(Assert.Single(gateway.Requests).GetProperty("validate_only").GetBoolean());
    }

    [Fact]
    public async Task Firebase_topics_and_conditions_can_be_recipients()
    {
        await using var gateway = await FcmGateway.StartAsync(tls: false);
        await using var application = await FcmApplication.StartAsync(gateway);

        await application.TriggerAsync(FcmRecipient.Topic("news.se"));
        await application.TriggerAsync(FcmRecipient.Condition("'news' in topics && !('sport' in topics)"));

        Assert.Equal("news.se", At(gateway.Messages[0], "topic"));
        Assert.Equal("'news' in topics && !('sport' in topics)", At(gateway.Messages[1], "condition"));
        Assert.All(gateway.Messages, message => Assert.Null(At(message, "token")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/topics/news")]
    [InlineData("two words")]
    [InlineData("news\n")]
    public void A_malformed_topic_name_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => FcmRecipient.Topic(name));

    private static Delivery Delivery(Content? content = null) => FcmApplication.Delivery(FcmGateway.NewToken(), content);

    private static async Task<JsonElement> SentAsync(Delivery delivery)
    {
        await using var gateway = await FcmGateway.StartAsync(tls: false);
        await using var application = await FcmApplication.StartAsync(gateway);
        var outcome = await application.Provider.SendAsync(delivery, CancellationToken.None);
        Assert.Equal((OutcomeKind.Sent, null), (outcome.Kind, outcome.Reason));
        return Assert.Single(gateway.Messages).Clone();
    }

    private static async Task AssertRejectedUnsentAsync(Content content, string reason)
    {
        await using var gateway = await FcmGateway.StartAsync(tls: false);
        await using var application = await FcmApplication.StartAsync(gateway);

        var outcome = await application.SendAsync(content: content);

        Assert.Equal((OutcomeKind.Rejected, reason, 0), (outcome.Kind, outcome.Reason, gateway.Calls));
    }

    private static string? At(JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (!element.TryGetProperty(name, out element))
                return null;
        }

        return element.GetString();
    }

    private static void AssertJson(string expected, JsonElement actual)
    {
        using var document = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(document.RootElement, actual), $"Expected {expected}, but was {actual.GetRawText()}.");
    }
}
