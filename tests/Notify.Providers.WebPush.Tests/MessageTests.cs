using System.Text.Json;
using Notify.FakeGateways.WebPush;

namespace Notify.Providers.WebPush.Tests;

public sealed class MessageTests : IAsyncLifetime
{
    private PushServiceGateway _gateway = null!;
    private WebPushApplication _application = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await PushServiceGateway.StartAsync(new TestClock());
        _application = await WebPushApplication.StartAsync(_gateway);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task The_browser_receives_the_content()
    {
        var delivery = await SendAsync(
            new Content
            {
                Title = "Skickat",
                Body = "Ditt paket är på väg 📦",
                Data = new Dictionary<string, string> { ["order"] = "42" },
                Push = new PushContent
                {
                    ImageUrl = "https://example.org/a.png",
                    Link = "/orders/42",
                    Action = "order",
                    Badge = 3,
                },
            },
            "order-42"
        );

        AssertJson(
            $$"""
            {
              "id": "{{delivery.Delivery.Id}}",
              "title": "Skickat",
              "body": "Ditt paket är på väg 📦",
              "image": "https://example.org/a.png",
              "link": "/orders/42",
              "action": "order",
              "tag": "order-42",
              "appBadge": 3,
              "data": { "order": "42" }
            }
            """
        );
        Assert.Equal(DeliveryState.Sent, delivery.State);
        Assert.Equal("/message/1", Assert.Single(delivery.Attempts).ProviderMessageId);
    }

    [Fact]
    public async Task A_silent_message_contains_only_data()
    {
        var delivery = await SendAsync(
            new Content
            {
                Title = "Hidden",
                Body = "Hidden",
                Data = new Dictionary<string, string> { ["sync"] = "inbox" },
                Push = new PushContent
                {
                    IsSilent = true,
                    Link = "/inbox",
                    Badge = 1,
                },
            }
        );

        AssertJson($$"""{ "id": "{{delivery.Delivery.Id}}", "appBadge": 1, "data": { "sync": "inbox" } }""");
    }

    [Fact]
    public async Task A_badge_can_be_sent_alone()
    {
        var delivery = await SendAsync(new Content { Push = new PushContent { Badge = 0 } });

        AssertJson($$"""{ "id": "{{delivery.Delivery.Id}}", "appBadge": 0, "data": {} }""");
    }

    [Theory]
    [InlineData(86_400, "cache")]
    [InlineData(1, "cache")]
    [InlineData(0, "no-cache")]
    [InlineData(-90, "no-cache")]
    public async Task The_cache_policy_for_Windows_follows_the_time_to_live(int seconds, string expected)
    {
        var delivery = await SendAsync(new Content { Body = "Hello" });

        await _application.Provider.SendAsync(
            delivery.Delivery with
            {
                ExpiresAt = TestClock.Start.AddSeconds(seconds),
            },
            TestContext.Current.CancellationToken
        );

        Assert.Equal((Math.Max(0, seconds), expected), (_gateway.Messages[^1].TimeToLive, _gateway.Messages[^1].CachePolicy));
    }

    [Fact]
    public async Task A_badge_of_zero_is_written()
    {
        var delivery = await SendAsync(
            new Content
            {
                Body = "Hello",
                Push = new PushContent { Badge = 0 },
            }
        );

        AssertJson($$"""{ "id": "{{delivery.Delivery.Id}}", "body": "Hello", "appBadge": 0, "data": {} }""");
    }

    [Fact]
    public async Task An_expired_message_has_a_time_to_live_of_zero()
    {
        var delivery = await SendAsync(new Content { Body = "Hello" });

        await _application.Provider.SendAsync(
            delivery.Delivery with
            {
                ExpiresAt = TestClock.Start.AddSeconds(-90),
            },
            TestContext.Current.CancellationToken
        );

        Assert.Equal(0, _gateway.Messages[1].TimeToLive);
    }

    /// <summary>RFC 7396: a member replaces, objects are merged member by member, and null removes.</summary>
    [Fact]
    public async Task Overrides_are_applied_as_a_merge_patch()
    {
        await SendAsync(
            new Content
            {
                Title = "Skickat",
                Body = "Ditt paket är på väg",
                Data = new Dictionary<string, string> { ["order"] = "42", ["kept"] = "yes" },
                Overrides = new Dictionary<string, JsonElement>
                {
                    ["webpush"] = JsonElement.Parse(
                        """
                        {
                          "id": null, "absent": null, "body": "Your parcel", "icon": "/i.png",
                          "data": { "order": null, "n": 1, "deep": { "a": null, "b": [1, null] } }
                        }
                        """
                    ),
                },
            }
        );

        AssertJson(
            """{"title":"Skickat","body":"Your parcel","icon":"/i.png","data":{"kept":"yes","n":1,"deep":{"b":[1,null]}}}"""
        );
    }

    [Fact]
    public async Task HTTP_2_is_used()
    {
        await SendAsync(new Content { Body = "Hello" });

        Assert.Equal("HTTP/2", Assert.Single(_gateway.Messages).Protocol);
    }

    [Theory]
    [InlineData(Priority.High, "high")]
    [InlineData(Priority.Normal, "normal")]
    [InlineData(Priority.Bulk, "low")]
    public async Task The_urgency_follows_the_priority(Priority priority, string urgency)
    {
        await _application.SendAsync(Trigger() with { Priority = priority });

        Assert.Equal(urgency, Assert.Single(_gateway.Messages).Urgency);
    }

    [Theory]
    [InlineData(90, 90)]
    [InlineData(0.5, 0)]
    [InlineData(28 * 86_400, 2_419_200)]
    [InlineData(60 * 86_400, 2_419_200)]
    public async Task The_time_to_live_ends_at_expiry_and_is_at_most_four_weeks(double seconds, int timeToLive)
    {
        await _application.SendAsync(Trigger() with { ExpiresAt = TestClock.Start.AddSeconds(seconds) });

        Assert.Equal(timeToLive, Assert.Single(_gateway.Messages).TimeToLive);
    }

    [Theory]
    [InlineData("order-42", null)]
    [InlineData("_-09azAZ_-09azAZ_-09azAZ_-09azAZ", null)]
    [InlineData("order-421", "SExuLCZVcbwmni4sHfTZHIGrT1Uu851p")]
    [InlineData("order 42", "WQltWtT3gX2lIphldegnxM517ukv0aal")]
    [InlineData("beställ!", "KbDxEzxdgWm00wkFCVR9oGgrbZjq5wxs")]
    [InlineData("0123456789abcdef0123456789abcdef0123", "-o5ackmwXogMspn9jArOH0LNhVIQK4Yc")]
    public async Task The_topic_is_the_collapse_key_or_its_hash(string collapseKey, string? hash)
    {
        await SendAsync(new Content { Body = "Hello" }, collapseKey);

        Assert.Equal(hash ?? collapseKey, Assert.Single(_gateway.Messages).Topic);
    }

    [Fact]
    public async Task A_message_of_3993_bytes_fills_a_body_of_4096()
    {
        await SendAsync(Filling(3993));

        Assert.Equal(4096, Assert.Single(_gateway.Messages).BodyLength);
    }

    [Fact]
    public async Task An_override_that_is_too_large_is_refused_by_the_trigger()
    {
        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => SendAsync(Filling(100_000)));

        Assert.Equal("content.overrides.webpush", Assert.Single(exception.Errors).Field);
    }

    [Fact]
    public async Task A_longer_message_is_refused_at_the_trigger()
    {
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => SendAsync(Filling(3994)));

        var error = Assert.Single(refused.Errors);
        Assert.Equal(("content.overrides.webpush", FieldErrorCodes.TooLarge), (error.Field, error.Code));
        Assert.Contains("3993 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _gateway.ConnectionsAccepted);
    }

    private Task<DeliveryRecord> SendAsync(Content content, string? collapseKey = null) =>
        _application.SendAsync(Trigger() with { Content = content, CollapseKey = collapseKey });

    private Trigger Trigger() =>
        new()
        {
            To = Recipient.PushToken(_gateway.Subscribe(Keys.Public).Json, Platform.Web),
            Content = new Content { Body = "Hello" },
        };

    /// <summary>Creates a content whose message has an exact length, because all of it is overridden.</summary>
    private static Content Filling(int length)
    {
        var frame = """{"data":{},"a":""}""".Length;
        var patch = $$"""{"id":null,"body":null,"a":"{{new string('a', length - frame)}}"}""";
        return new Content
        {
            Body = "Hello",
            Overrides = new Dictionary<string, JsonElement> { ["webpush"] = JsonElement.Parse(patch) },
        };
    }

    private void AssertJson(string expected)
    {
        var actual = Assert.Single(_gateway.Messages).Plaintext;
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), JsonElement.Parse(actual)), actual);
    }
}
