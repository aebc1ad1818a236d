using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Notify.Providers.FirebaseAdmin.Tests;

/// <summary>Tests the messages that are sent to FCM.</summary>
public sealed class MessageTests
{
    [Fact]
    public async Task All_visible_content_is_written()
    {
        var sent = await SentAsync(
            new Content
            {
                Title = "Shipped",
                Body = "It is on its way.",
                Data = new Dictionary<string, string> { ["order"] = "42" },
                Push = new PushContent
                {
                    ImageUrl = "https://example.org/parcel.png",
                    Link = "https://example.org/orders/42",
                    Sound = "bell",
                    Badge = 3,
                    Action = "ORDER",
                    Thread = "orders",
                },
            }
        );

        Assert.Equal(Deliveries.Token, sent.GetProperty("token").GetString());
        AssertJson(
            """{"title":"Shipped","body":"It is on its way.","image":"https://example.org/parcel.png"}""",
            sent.GetProperty("notification")
        );
        AssertJson("""{"order":"42","link":"https://example.org/orders/42"}""", sent.GetProperty("data"));
        var aps = sent.GetProperty("apns").GetProperty("payload").GetProperty("aps");
        AssertJson("""{"badge":3,"category":"ORDER","thread-id":"orders","sound":"bell","mutable-content":1}""", aps);
        var android = sent.GetProperty("android").GetProperty("notification");
        Assert.Equal(
            ("bell", "ORDER", 3),
            (
                android.GetProperty("sound").GetString(),
                android.GetProperty("click_action").GetString(),
                android.GetProperty("notification_count").GetInt32()
            )
        );
    }

    [Theory]
    [InlineData(Priority.High, "high", "10")]
    [InlineData(Priority.Normal, "normal", "5")]
    [InlineData(Priority.Bulk, "normal", "5")]
    public async Task Priority_lifetime_and_collapse_key_are_written(Priority priority, string android, string apns)
    {
        DateTimeOffset expires = default;
        var sent = await SentAsync(change: delivery =>
        {
            expires = delivery.ExpiresAt;
            return delivery with { Priority = priority, CollapseKey = "score" };
        });

        AssertJson($$"""{"collapse_key":"score","priority":"{{android}}","ttl":"3600s"}""", sent.GetProperty("android"));
        AssertJson(
            $$"""{"apns-expiration":"{{expires.ToUnixTimeSeconds()}}","apns-priority":"{{apns}}","apns-collapse-id":"score"}""",
            sent.GetProperty("apns").GetProperty("headers")
        );
    }

    [Fact]
    public async Task The_lifetime_is_at_most_four_weeks()
    {
        var sent = await SentAsync(change: delivery => delivery with { ExpiresAt = delivery.AcceptedAt.AddDays(90) });

        Assert.Equal("2419200s", sent.GetProperty("android").GetProperty("ttl").GetString());
    }

    [Fact]
    public async Task A_silent_message_shows_nothing_and_wakes_the_app()
    {
        var sent = await SentAsync(
            new Content
            {
                Title = "Never shown",
                Data = new Dictionary<string, string> { ["sync"] = "1" },
                Push = new PushContent { IsSilent = true },
            }
        );

        Assert.False(sent.TryGetProperty("notification", out _));
        Assert.False(sent.GetProperty("android").TryGetProperty("notification", out _));
        AssertJson("""{"aps":{"content-available":1}}""", sent.GetProperty("apns").GetProperty("payload"));
        Assert.Equal("5", sent.GetProperty("apns").GetProperty("headers").GetProperty("apns-priority").GetString());
    }

    [Fact]
    public async Task Overrides_are_merged_into_the_message()
    {
        using var json = JsonDocument.Parse(
            """
            {"android":{"priority":"high","restricted_package_name":"org.example"},
             "fcm_options":{"analytics_label":"campaign"},"token":"another"}
            """
        );
        var sent = await SentAsync(
            new Content
            {
                Body = "Kept",
                Data = new Dictionary<string, string> { ["at"] = "2026-01-05T12:00:00+02:00" },
                Overrides = new Dictionary<string, JsonElement> { ["fcm"] = json.RootElement, ["webpush"] = json.RootElement },
            }
        );

        Assert.Equal(Deliveries.Token, sent.GetProperty("token").GetString());
        Assert.Equal("Kept", sent.GetProperty("notification").GetProperty("body").GetString());
        Assert.Equal("2026-01-05T12:00:00+02:00", sent.GetProperty("data").GetProperty("at").GetString());
        AssertJson("""{"priority":"high","ttl":"3600s","restricted_package_name":"org.example"}""", sent.GetProperty("android"));
        Assert.Equal("campaign", sent.GetProperty("fcm_options").GetProperty("analytics_label").GetString());
    }

    [Theory]
    [InlineData("/topics/news", "topic", "news")]
    [InlineData("/conditions/'a' in topics && 'b' in topics", "condition", "'a' in topics && 'b' in topics")]
    public async Task Topics_and_conditions_can_be_recipients(string address, string member, string value)
    {
        var sent = await SentAsync(change: delivery =>
            delivery with
            {
                To = new Address(Channel.Push, address) { Platform = Platform.Android },
            }
        );

        Assert.Equal(value, sent.GetProperty(member).GetString());
        Assert.False(sent.TryGetProperty("token", out _));
    }

    [Fact]
    public async Task A_dry_run_is_only_validated()
    {
        await using var vendor = await Vendor.StartAsync();
        await using var application = new Application(vendor.Address, options => options.ValidateOnly = true);

        var outcome = await application.Provider.SendAsync(Deliveries.Push(application.Time.GetUtcNow()), default);

        Assert.Equal((OutcomeKind.Sent, "projects/shop/messages/0:1"), (outcome.Kind, outcome.ProviderMessageId));
        Assert.True(Assert.Single(vendor.Requests).GetProperty("validate_only").GetBoolean());
    }

    [Fact]
    public async Task An_application_without_a_firebase_app_does_not_start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddNotifications().UseInMemory().AddFirebaseAdmin();
        using var host = builder.Build();

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("Provider 'firebase-admin': App returned null.", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> SentAsync(Content? content = null, Func<Delivery, Delivery>? change = null)
    {
        await using var vendor = await Vendor.StartAsync();
        await using var application = new Application(vendor.Address);
        var delivery = Deliveries.Push(application.Time.GetUtcNow(), content);

        Assert.Equal(
            OutcomeKind.Sent,
            (await application.Provider.SendAsync(change?.Invoke(delivery) ?? delivery, default)).Kind
        );
        return Assert.Single(vendor.Requests).GetProperty("message");
    }

    private static void AssertJson(string expected, JsonElement actual)
    {
        using var document = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(document.RootElement, actual), $"Expected {expected}, but was {actual}.");
    }
}
