using Notify.FakeGateways.Fcm;

namespace Notify.Providers.Fcm.Tests;

/// <summary>Tests of the fields of a push and of the blocks of their platforms.</summary>
public sealed partial class MessageTests
{
    [Fact]
    public async Task Each_part_of_a_push_is_written_to_the_block_of_its_platform()
    {
        var message = await SentAsync(
            Delivery(
                new Content
                {
                    Title = "title",
                    Body = "body",
                    Data = new Dictionary<string, string> { ["order"] = "42" },
                    Push = new PushContent
                    {
                        ImageUrl = "https://example.org/a.png",
                        Link = "https://example.org/orders/42",
                        Sound = "ding.caf",
                        Badge = 3,
                        Action = "ORDER",
                        Thread = "orders",
                    },
                }
            ) with
            {
                Priority = Priority.High,
                CollapseKey = "order-42",
            }
        );

        Assert.Equal("https://example.org/a.png", At(message, "notification.image"));
        AssertJson("""{"order":"42","link":"https://example.org/orders/42"}""", message.GetProperty("data"));
        AssertJson(
            """{"tag":"order-42","sound":"ding.caf","click_action":"ORDER","notification_count":3}""",
            message.GetProperty("android").GetProperty("notification")
        );
        Assert.Equal(("HIGH", "order-42"), (At(message, "android.priority"), At(message, "android.collapse_key")));
        AssertJson(
            """{"badge":3,"sound":"ding.caf","thread-id":"orders","category":"ORDER","mutable-content":1}""",
            message.GetProperty("apns").GetProperty("payload").GetProperty("aps")
        );
        Assert.Equal(
            ("10", "order-42"),
            (At(message, "apns.headers.apns-priority"), At(message, "apns.headers.apns-collapse-id"))
        );
        Assert.Equal(("high", "order-42"), (At(message, "webpush.headers.Urgency"), At(message, "webpush.headers.Topic")));
        Assert.Equal("https://example.org/orders/42", At(message, "webpush.fcm_options.link"));
    }

    [Fact]
    public async Task A_silent_push_wakes_the_app_and_shows_nothing()
    {
        var message = await SentAsync(
            Delivery(
                new Content
                {
                    Title = "not shown",
                    Body = "not shown",
                    Data = new Dictionary<string, string> { ["sync"] = "inbox" },
                    Push = new PushContent
                    {
                        IsSilent = true,
                        Sound = "ding.caf",
                        Badge = 1,
                    },
                }
            ) with
            {
                Priority = Priority.High,
            }
        );

        Assert.False(message.TryGetProperty("notification", out _));
        Assert.False(message.GetProperty("android").TryGetProperty("notification", out _));
        AssertJson("""{"badge":1}""", message.GetProperty("apns").GetProperty("payload").GetProperty("aps"));
        Assert.Equal(("10", "alert"), (At(message, "apns.headers.apns-priority"), At(message, "apns.headers.apns-push-type")));
        Assert.DoesNotContain("not shown", message.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ios", "token,notification,apns")]
    [InlineData("web", "token,notification,webpush")]
    [InlineData("android", "token,notification,android,apns,webpush")]
    public async Task A_device_gets_the_blocks_of_its_platform(string platform, string members)
    {
        var delivery = FcmApplication.Delivery(FcmGateway.NewToken());

        var message = await SentAsync(delivery with { To = delivery.To with { Platform = Platform.Create(platform) } });

        Assert.Equal(members.Split(','), message.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task A_silent_push_without_a_badge_runs_in_the_background()
    {
        var message = await SentAsync(Delivery(new Content { Push = new PushContent { IsSilent = true } }));

        AssertJson("""{"content-available":1}""", message.GetProperty("apns").GetProperty("payload").GetProperty("aps"));
        Assert.Equal(
            ("5", "background"),
            (At(message, "apns.headers.apns-priority"), At(message, "apns.headers.apns-push-type"))
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task A_badge_without_text_shows_nothing_on_Android(int badge)
    {
        var message = await SentAsync(Delivery(new Content { Push = new PushContent { Badge = badge } }));

        AssertJson($$"""{"badge":{{badge}}}""", message.GetProperty("apns").GetProperty("payload").GetProperty("aps"));
        Assert.Equal(("10", "alert"), (At(message, "apns.headers.apns-priority"), At(message, "apns.headers.apns-push-type")));
        Assert.False(message.TryGetProperty("notification", out _));
        Assert.False(message.GetProperty("android").TryGetProperty("notification", out _));
    }

    [Fact]
    public async Task A_badge_of_zero_clears_the_badge_on_iOS()
    {
        var message = await SentAsync(
            Delivery(
                new Content
                {
                    Body = "body",
                    Push = new PushContent { Badge = 0 },
                }
            )
        );

        AssertJson("""{"badge":0}""", message.GetProperty("apns").GetProperty("payload").GetProperty("aps"));
        Assert.False(message.GetProperty("android").TryGetProperty("notification", out _));
    }

    [Fact]
    public async Task The_link_of_the_push_replaces_data_with_the_same_name()
    {
        var data = new Dictionary<string, string> { ["link"] = "from data" };
        var push = new PushContent { Link = "https://example.org/orders/42" };

        var both = await SentAsync(
            Delivery(
                new Content
                {
                    Body = "body",
                    Data = data,
                    Push = push,
                }
            )
        );
        var one = await SentAsync(Delivery(new Content { Body = "body", Data = data }));
        var silent = await SentAsync(Delivery(new Content { Push = push with { IsSilent = true } }));

        Assert.Equal(("https://example.org/orders/42", "from data"), (At(both, "data.link"), At(one, "data.link")));
        Assert.Equal(("https://example.org/orders/42", null), (At(silent, "data.link"), At(silent, "webpush.fcm_options.link")));
    }

    [Fact]
    public async Task An_image_alone_is_shown() =>
        Assert.Equal(
            "https://example.org/a.png",
            At(
                await SentAsync(Delivery(new Content { Push = new PushContent { ImageUrl = "https://example.org/a.png" } })),
                "notification.image"
            )
        );

    [Fact]
    public async Task A_link_into_the_app_is_not_sent_to_browsers()
    {
        var message = await SentAsync(
            Delivery(
                new Content
                {
                    Body = "body",
                    Push = new PushContent { Link = "myapp://orders/42" },
                }
            )
        );

        Assert.Equal(("myapp://orders/42", null), (At(message, "data.link"), At(message, "webpush.fcm_options.link")));
    }
}
