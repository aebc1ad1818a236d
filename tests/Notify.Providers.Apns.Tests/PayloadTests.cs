using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Notify.FakeGateways.Apns;

namespace Notify.Providers.Apns.Tests;

public sealed class PayloadTests
{
    [Fact]
    public async Task All_visible_content_is_written() =>
        await AssertSentAsync(
            new Content
            {
                Title = "Sent \"today\"",
                Body = "Ordern är på väg",
                Data = new Dictionary<string, string>
                {
                    ["order"] = "42",
                    ["aps"] = "never",
                    ["link"] = "never",
                    ["image"] = "never",
                },
                Push = new PushContent
                {
                    ImageUrl = "https://example.org/a.png",
                    Link = "shop://orders/42",
                    Sound = "default",
                    Badge = 0,
                    Action = "ORDER",
                    Thread = "orders",
                },
            },
            """
            {
              "aps": {
                "alert": {"title": "Sent \"today\"", "body": "Ordern är på väg"},
                "badge": 0, "sound": "default", "thread-id": "orders", "category": "ORDER", "mutable-content": 1
              },
              "link": "shop://orders/42", "image": "https://example.org/a.png", "order": "42"
            }
            """
        );

    [Fact]
    public async Task Missing_content_is_left_out() =>
        await AssertSentAsync(new Content { Body = "body-text" }, """{"aps":{"alert":{"body":"body-text"}}}""");

    [Fact]
    public async Task A_silent_notification_wakes_the_app_and_shows_nothing() =>
        await AssertSentAsync(
            new Content
            {
                Title = "title-text",
                Body = "body-text",
                Data = new Dictionary<string, string> { ["order"] = "42" },
                Push = new PushContent { IsSilent = true, Sound = "default" },
            },
            """{"aps":{"content-available":1},"order":"42"}"""
        );

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task A_silent_notification_with_a_badge_changes_only_the_badge(int badge) =>
        await AssertSentAsync(
            new Content
            {
                Title = "title-text",
                Push = new PushContent
                {
                    IsSilent = true,
                    Sound = "default",
                    Badge = badge,
                },
            },
            $$$"""{"aps":{"badge":{{{badge}}}}}"""
        );

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task A_badge_can_be_sent_alone(int badge) =>
        await AssertSentAsync(new Content { Push = new PushContent { Badge = badge } }, $$$"""{"aps":{"badge":{{{badge}}}}}""");

    [Fact]
    public async Task A_badge_with_data_and_a_sound_needs_no_text() =>
        await AssertSentAsync(
            new Content
            {
                Data = new Dictionary<string, string> { ["order"] = "42" },
                Push = new PushContent { Badge = 0, Sound = "default" },
            },
            """{"aps":{"badge":0,"sound":"default"},"order":"42"}"""
        );

    [Fact]
    public async Task Overrides_are_merged_member_by_member() =>
        await AssertSentAsync(
            Overridden(
                """
                {
                  "payload": {
                    "aps": {"alert": {"subtitle": "sub", "body": null}, "interruption-level": "time-sensitive"},
                    "order": {"id": 42}, "tags": [1, null]
                  }
                }
                """
            ),
            """
            {
              "order": {"id": 42}, "tags": [1, null],
              "aps": {"alert": {"title": "title-text", "subtitle": "sub"}, "interruption-level": "time-sensitive"}
            }
            """
        );

    [Fact]
    public async Task A_live_activity_is_updated() =>
        await AssertSentAsync(
            Overridden(
                """
                {
                  "headers": {"apns-push-type": "liveactivity"},
                  "payload": {
                    "order": null,
                    "aps": {"timestamp": 1700000000, "event": "update", "content-state": {"stops": 3}, "alert": null}
                  }
                }
                """
            ),
            """{"aps":{"timestamp":1700000000,"event":"update","content-state":{"stops":3}}}"""
        );

    [Theory]
    [InlineData("alert", 4096)]
    [InlineData("voip", 5120)]
    public async Task A_payload_at_apples_limit_is_sent_and_one_byte_more_is_rejected_unsent(string pushType, int limit)
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);
        var frame = Encoding.UTF8.GetByteCount("""{"aps":{"alert":{"body":""}}}""");

        var largest = await SendAsync(limit - frame);
        var tooLarge = await SendAsync(limit - frame + 1);

        Assert.Equal(OutcomeKind.Sent, largest.Kind);
        Assert.Equal(OutcomeKind.Rejected, tooLarge.Kind);
        Assert.Equal($"the payload has {limit + 1} bytes; the limit of APNs is {limit}", tooLarge.Reason);
        Assert.Equal(1, gateway.Requests);

        ValueTask<Outcome> SendAsync(int length)
        {
            var overrides = Apns($$$"""{"headers":{"apns-push-type":"{{{pushType}}}"}}""");
            var content = new Content { Body = new string('x', length), Overrides = overrides };
            return application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device(), content));
        }
    }

    [Fact]
    public async Task Letters_outside_ASCII_are_not_escaped()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);
        var content = new Content { Body = string.Concat(Enumerable.Repeat("日本<&'", 400)) };

        var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device(), content));

        Assert.Equal((OutcomeKind.Sent, null), (outcome.Kind, outcome.Reason));
    }

    [Fact]
    public async Task A_silent_notification_of_another_type_has_no_content_available() =>
        await AssertSentAsync(
            new Content
            {
                Push = new PushContent { IsSilent = true },
                Overrides = Apns("""{"headers":{"apns-push-type":"location"}}"""),
            },
            """{"aps":{}}"""
        );

    private static Content Overridden(string json) =>
        new()
        {
            Title = "title-text",
            Body = "body-text",
            Data = new Dictionary<string, string> { ["order"] = "42" },
            Overrides = Apns(json),
        };

    private static Dictionary<string, JsonElement> Apns(string json) =>
        new() { ["apns"] = JsonSerializer.Deserialize<JsonElement>(json) };

    private static async Task AssertSentAsync(Content content, string expected)
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);

        var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device(), content));

        Assert.Equal(OutcomeKind.Sent, outcome.Kind);
        var body = Assert.Single(gateway.Messages).Body;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(body)), body);
    }
}
