using System.Text.Json;

namespace Notify.Providers.Fcm.Tests;

/// <summary>Tests of overrides and reserved keys.</summary>
public sealed partial class MessageTests
{
    [Fact]
    public async Task An_override_is_applied_as_a_merge_patch()
    {
        using var overrides = JsonDocument.Parse(
            """
            {
              "android": { "ttl": null, "notification": { "channel_id": "orders", "sticky": true } },
              "apns": { "payload": { "aps": { "relevance-score": 0.5, "list": [1, 2] } } },
              "data": { "order": "43" },
              "fcm_options": { "analytics_label": "orders" }
            }
            """
        );
        var content = new Content
        {
            Body = "body",
            Data = new Dictionary<string, string> { ["order"] = "42", ["kept"] = "yes" },
            Push = new PushContent { Sound = "ding.caf" },
            Overrides = new Dictionary<string, JsonElement> { ["fcm"] = overrides.RootElement },
        };

        var message = await SentAsync(Delivery(content));

        Assert.Equal((null, "NORMAL"), (At(message, "android.ttl"), At(message, "android.priority")));
        AssertJson(
            """{"sound":"ding.caf","channel_id":"orders","sticky":true}""",
            message.GetProperty("android").GetProperty("notification")
        );
        AssertJson(
            """{"sound":"ding.caf","relevance-score":0.5,"list":[1,2]}""",
            message.GetProperty("apns").GetProperty("payload").GetProperty("aps")
        );
        AssertJson("""{"order":"43","kept":"yes"}""", message.GetProperty("data"));
        Assert.Equal(("orders", "body"), (At(message, "fcm_options.analytics_label"), At(message, "notification.body")));
    }

    [Theory]
    [InlineData("""{"token":"another"}""", "overrides.fcm has members that FCM does not accept")]
    [InlineData("""{"topic":"news"}""", "overrides.fcm has members that FCM does not accept")]
    [InlineData("""{"condition":"'news' in topics"}""", "overrides.fcm has members that FCM does not accept")]
    [InlineData("\"text\"", "overrides.fcm has members that FCM does not accept")]
    public async Task An_override_that_cannot_be_applied_is_rejected(string json, string reason)
    {
        using var overrides = JsonDocument.Parse(json);
        var content = new Content
        {
            Body = "body",
            Overrides = new Dictionary<string, JsonElement> { ["fcm"] = overrides.RootElement },
        };

        await AssertRejectedUnsentAsync(content, reason);
    }

    [Theory]
    [InlineData("from")]
    [InlineData("message_type")]
    [InlineData("google.sent_time")]
    [InlineData("gcm.notification.e")]
    public async Task A_reserved_data_key_is_rejected_without_a_call(string key) =>
        await AssertRejectedUnsentAsync(
            new Content { Data = new Dictionary<string, string> { [key] = "value" } },
            "a data key is reserved by FCM: from, message_type, google.* or gcm.*"
        );
}
