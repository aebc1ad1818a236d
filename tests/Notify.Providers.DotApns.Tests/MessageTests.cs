using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Providers.DotApns.Tests;

/// <summary>What Apple is sent.</summary>
public sealed class MessageTests
{
    [Fact]
    public async Task A_notification_says_what_the_device_shows()
    {
        var sent = await SentAsync(
            Deliveries.Push(
                new Content
                {
                    Title = "Shipped",
                    Body = "It is on its way.",
                    Data = new Dictionary<string, string> { ["order"] = "42" },
                    Push = new PushContent
                    {
                        ImageUrl = "https://example.org/parcel.png",
                        Link = "shop://orders/42",
                        Sound = "bell.caf",
                        Badge = 3,
                        Action = "ORDER",
                        Thread = "orders",
                    },
                }
            )
        );

        AssertJson(
            """
            {"aps":{"alert":{"title":"Shipped","body":"It is on its way."},"badge":3,"sound":"bell.caf",
             "category":"ORDER","thread-id":"orders","mutable-content":1},
             "order":"42","link":"shop://orders/42","image":"https://example.org/parcel.png"}
            """,
            sent.Payload
        );
        Assert.Equal("alert", sent.Headers["apns-push-type"]);
    }

    [Fact]
    public async Task The_headers_name_the_delivery_its_app_and_its_end()
    {
        var delivery = Deliveries.Push() with { CollapseKey = "score" };

        var sent = await SentAsync(delivery);

        Assert.Equal($"/3/device/{Deliveries.Token}", sent.Path);
        Assert.Equal(delivery.Id.ToString(), sent.Headers["apns-id"]);
        Assert.Equal("org.example.shop", sent.Headers["apns-topic"]);
        Assert.Equal("score", sent.Headers["apns-collapse-id"]);
        Assert.Equal(
            delivery.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            sent.Headers["apns-expiration"]
        );
        Assert.Equal("api.push.apple.com", sent.Headers["x-asked-host"]);
    }

    [Theory]
    [InlineData(Priority.High, "10")]
    [InlineData(Priority.Normal, "10")]
    [InlineData(Priority.Bulk, "5")]
    public async Task Bulk_may_wait_for_the_battery(Priority priority, string expected) =>
        Assert.Equal(expected, (await SentAsync(Deliveries.Push() with { Priority = priority })).Headers["apns-priority"]);

    [Fact]
    public async Task A_silent_message_shows_nothing_and_wakes_the_app()
    {
        var sent = await SentAsync(
            Deliveries.Push(
                new Content
                {
                    Title = "Never shown",
                    Data = new Dictionary<string, string> { ["sync"] = "1" },
                    Push = new PushContent
                    {
                        IsSilent = true,
                        Badge = 1,
                        Sound = "default",
                    },
                }
            )
        );

        AssertJson("""{"aps":{"content-available":1},"sync":"1"}""", sent.Payload);
        Assert.Equal(("background", "5"), (sent.Headers["apns-push-type"], sent.Headers["apns-priority"]));
    }

    [Theory]
    [InlineData("Only a title", null)]
    [InlineData(null, "Only a body")]
    public async Task One_text_alone_is_the_whole_alert(string? title, string? body) =>
        AssertJson(
            $$$"""{"aps":{"alert":"{{{title ?? body}}}"}}""",
            (await SentAsync(Deliveries.Push(new Content { Title = title, Body = body }))).Payload
        );

    [Fact]
    public async Task What_only_apns_understands_is_laid_over_the_payload()
    {
        using var json = JsonDocument.Parse(
            """
            {"payload":{"aps":{"interruption-level":"time-sensitive",
             "badge":7},"at":"2026-01-05T12:00:00+02:00","deep":{"n":[1,null]}}}
            """
        );

        var sent = await SentAsync(
            Deliveries.Push(
                new Content
                {
                    Body = "Kept",
                    Data = new Dictionary<string, string> { ["at"] = "replaced" },
                    Push = new PushContent { Badge = 1 },
                    Overrides = new Dictionary<string, JsonElement> { ["apns"] = json.RootElement },
                }
            )
        );

        AssertJson(
            """
            {"aps":{"alert":"Kept","badge":7,"interruption-level":"time-sensitive"},
             "at":"2026-01-05T12:00:00+02:00","deep":{"n":[1,null]}}
            """,
            sent.Payload
        );
    }

    [Fact]
    public async Task Development_builds_are_reached_by_the_development_server()
    {
        await using var vendor = await Vendor.StartAsync();
        await using var application = new Application(vendor.Address, options => options.UseDevelopmentServer = true);

        await application.Provider.SendAsync(Deliveries.Push(), default);

        Assert.Equal("api.sandbox.push.apple.com", Assert.Single(vendor.Requests).Headers["x-asked-host"]);
    }

    [Theory]
    [InlineData("två ord")]
    [InlineData("a key that is longer than the sixty-four bytes that Apple takes for one")]
    public async Task A_collapse_key_that_the_header_cannot_carry_collapses_by_its_hash(string key)
    {
        var first = await SentAsync(Deliveries.Push() with { CollapseKey = key });
        var second = await SentAsync(Deliveries.Push() with { CollapseKey = key });

        Assert.Matches("^[A-Za-z0-9_-]{43}$", first.Headers["apns-collapse-id"]);
        Assert.Equal(first.Headers["apns-collapse-id"], second.Headers["apns-collapse-id"]);
    }

    [Fact]
    public async Task Data_cannot_take_the_place_of_what_is_apples()
    {
        var sent = await SentAsync(
            Deliveries.Push(
                new Content
                {
                    Body = "Shown",
                    Data = new Dictionary<string, string> { ["aps"] = "{}" },
                }
            )
        );

        AssertJson("""{"aps":{"alert":"Shown"}}""", sent.Payload);
    }

    public static TheoryData<Delivery, string> Unsendable =>
        new()
        {
            {
                Deliveries.Push() with
                {
                    To = new Address(Channel.Push, "../device/0", Platform.Ios),
                },
                "the address is no device token, which is hexadecimal"
            },
            {
                Deliveries.Push(new Content { Body = "b", Overrides = Headers }),
                "overrides.apns must hold a payload alone: dotAPNS writes the headers"
            },
        };

    private static Dictionary<string, JsonElement> Headers { get; } =
        new()
        {
            ["apns"] = JsonSerializer.SerializeToElement(
                new { headers = new Dictionary<string, string> { ["apns-priority"] = "1" } }
            ),
        };

    [Theory]
    [MemberData(nameof(Unsendable), DisableDiscoveryEnumeration = true)]
    public async Task What_no_push_can_carry_is_rejected_and_not_sent(Delivery delivery, string reason)
    {
        await using var vendor = await Vendor.StartAsync();
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(delivery, default);

        Assert.Equal((OutcomeKind.Rejected, reason), (outcome.Kind, outcome.Reason));
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task An_application_without_a_client_is_told_so()
    {
        await using var application = new Application(new Uri("http://127.0.0.1"), options => options.CreateClient = null);

        var refused = Assert.Throws<OptionsValidationException>(() => application.Provider);

        Assert.Contains("CreateClient", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<Received> SentAsync(Delivery delivery)
    {
        await using var vendor = await Vendor.StartAsync();
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(delivery, default);

        Assert.Equal((OutcomeKind.Accepted, delivery.Id.ToString()), (outcome.Kind, outcome.ProviderMessageId));
        return Assert.Single(vendor.Requests);
    }

    private static void AssertJson(string expected, JsonElement actual)
    {
        using var document = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(document.RootElement, actual), $"Expected {expected}, got {actual}");
    }
}
