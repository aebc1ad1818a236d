using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Notify.Providers.DotApns.Tests;

/// <summary>Tests the pushes that are sent to Apple.</summary>
public sealed class MessageTests
{
    [Fact]
    public async Task All_visible_content_is_written()
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
    public async Task The_headers_contain_the_delivery_the_app_and_the_expiry()
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
    public async Task Bulk_has_the_power_saving_priority(Priority priority, string expected) =>
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
                    Push = new PushContent { IsSilent = true, Sound = "default" },
                }
            )
        );

        AssertJson("""{"aps":{"content-available":1},"sync":"1"}""", sent.Payload);
        Assert.Equal(("background", "5"), (sent.Headers["apns-push-type"], sent.Headers["apns-priority"]));
    }

    [Theory]
    [InlineData("Only a title", null)]
    [InlineData(null, "Only a body")]
    public async Task A_single_text_is_the_whole_alert(string? title, string? body) =>
        AssertJson(
            $$$"""{"aps":{"alert":"{{{title ?? body}}}"}}""",
            (await SentAsync(Deliveries.Push(new Content { Title = title, Body = body }))).Payload
        );

    [Fact]
    public async Task Overrides_are_merged_into_the_payload()
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
    public async Task The_development_server_is_used_for_development_builds()
    {
        await using var vendor = await Vendor.StartAsync();
        await using var application = new Application(vendor.Address, options =>
            options.Environment = DotApnsEnvironment.Sandbox
        );

        await application.Provider.SendAsync(Deliveries.Push(), default);

        Assert.Equal("api.sandbox.push.apple.com", Assert.Single(vendor.Requests).Headers["x-asked-host"]);
    }

    [Theory]
    [InlineData("två ord")]
    [InlineData("a key that is longer than the limit of sixty-four bytes that Apple sets")]
    public async Task A_collapse_key_that_does_not_fit_the_header_is_hashed(string key)
    {
        var first = await SentAsync(Deliveries.Push() with { CollapseKey = key });
        var second = await SentAsync(Deliveries.Push() with { CollapseKey = key });

        Assert.Matches("^[A-Za-z0-9_-]{43}$", first.Headers["apns-collapse-id"]);
        Assert.Equal(first.Headers["apns-collapse-id"], second.Headers["apns-collapse-id"]);
    }

    [Fact]
    public async Task Data_cannot_replace_aps()
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

    public static TheoryData<Delivery, string> Invalid =>
        new()
        {
            {
                Deliveries.Push() with
                {
                    To = new Address(Channel.Push, "../device/0") { Platform = Platform.Ios },
                },
                "the address is not a device token, which is hexadecimal"
            },
            {
                Deliveries.Push(new Content { Body = "b", Overrides = Headers }),
                "overrides.apns may contain only a payload, because dotAPNS writes the headers"
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
    [MemberData(nameof(Invalid), DisableDiscoveryEnumeration = true)]
    public async Task A_delivery_that_cannot_be_sent_is_rejected_without_a_call(Delivery delivery, string reason)
    {
        await using var vendor = await Vendor.StartAsync();
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(delivery, default);

        Assert.Equal((OutcomeKind.Rejected, reason), (outcome.Kind, outcome.Reason));
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task A_client_is_required()
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

        Assert.Equal((OutcomeKind.Sent, delivery.Id.ToString()), (outcome.Kind, outcome.ProviderMessageId));
        return Assert.Single(vendor.Requests);
    }

    private static void AssertJson(string expected, JsonElement actual)
    {
        using var document = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(document.RootElement, actual), $"Expected {expected}, but was {actual}.");
    }
}
