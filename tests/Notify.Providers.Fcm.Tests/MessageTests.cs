using System.Text.Json;
using Notify.FakeGateways.Fcm;

namespace Notify.Providers.Fcm.Tests;

public sealed class MessageTests
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
        AssertJson(
            """{"content-available":1,"badge":1}""",
            message.GetProperty("apns").GetProperty("payload").GetProperty("aps")
        );
        Assert.Equal(("5", "alert"), (At(message, "apns.headers.apns-priority"), At(message, "apns.headers.apns-push-type")));
        Assert.DoesNotContain("not shown", message.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ios", "token,notification,apns")]
    [InlineData("web", "token,notification,webpush")]
    [InlineData("android", "token,notification,android,apns,webpush")]
    public async Task A_device_gets_the_blocks_of_its_platform(string platform, string members)
    {
        var delivery = FcmApplication.Delivery(FcmGateway.NewToken());

        var message = await SentAsync(delivery with { To = delivery.To with { Platform = Platform.Named(platform) } });

        Assert.Equal(members.Split(','), message.EnumerateObject().Select(member => member.Name));
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

    [Fact]
    public async Task Letters_outside_ASCII_are_not_escaped()
    {
        var body = string.Concat(Enumerable.Repeat("日本語 <b>&\"é\" 😀 ", 100));

        var message = await SentAsync(Delivery(new Content { Body = body }));

        Assert.Equal(body, At(message, "notification.body"));
        Assert.Contains("日本語", message.GetRawText(), StringComparison.Ordinal);
    }

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
