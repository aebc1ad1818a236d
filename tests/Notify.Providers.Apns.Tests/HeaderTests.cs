using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Apns;

namespace Notify.Providers.Apns.Tests;

public sealed class HeaderTests
{
    private static readonly Content Visible = new() { Title = "title-text", Body = "body-text" };
    private static readonly Content Silent = new() { Push = new PushContent { IsSilent = true } };

    [Fact]
    public async Task A_visible_notification_is_an_alert_until_it_expires()
    {
        var delivery = ApnsApplication.Delivery(ApnsApplication.Device(), Visible);

        var headers = await SendAsync(delivery);

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["apns-id"] = delivery.Id.ToString(),
                ["apns-push-type"] = "alert",
                ["apns-topic"] = ApnsGateway.BundleId,
                ["apns-priority"] = "10",
                ["apns-expiration"] = delivery.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            },
            headers
        );
    }

    [Theory]
    [InlineData(Priority.High, false, "10")]
    [InlineData(Priority.Normal, false, "10")]
    [InlineData(Priority.Bulk, false, "5")]
    [InlineData(Priority.High, true, "5")]
    public async Task The_APNs_priority_follows_the_priority_and_the_push_type(Priority priority, bool isSilent, string expected)
    {
        var content = isSilent ? Silent : Visible;
        var delivery = ApnsApplication.Delivery(ApnsApplication.Device(), content) with { Priority = priority };

        var headers = await SendAsync(delivery);

        Assert.Equal((expected, isSilent ? "background" : "alert"), (headers["apns-priority"], headers["apns-push-type"]));
    }

    [Theory]
    [InlineData(false, Priority.Normal, "10")]
    [InlineData(true, Priority.Normal, "10")]
    [InlineData(true, Priority.Bulk, "5")]
    public async Task A_push_with_a_badge_is_an_alert(bool isSilent, Priority priority, string expected)
    {
        var content = new Content
        {
            Push = new PushContent { Badge = 0, IsSilent = isSilent },
        };

        var headers = await SendAsync(ApnsApplication.Delivery(ApnsApplication.Device(), content) with { Priority = priority });

        Assert.Equal(("alert", expected), (headers["apns-push-type"], headers["apns-priority"]));
    }

    [Fact]
    public async Task A_bulk_call_is_sent_with_immediate_priority()
    {
        var content = Overridden("""{"headers":{"apns-push-type":"voip"}}""");

        var headers = await SendAsync(
            ApnsApplication.Delivery(ApnsApplication.Device(), content) with
            {
                Priority = Priority.Bulk,
            }
        );

        Assert.Equal("10", headers["apns-priority"]);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public async Task A_collapse_key_of_64_bytes_fits(int length, bool fits)
    {
        var key = new string('k', length);

        Assert.Equal(fits, (await SendCollapsingAsync(key))["apns-collapse-id"] == key);
    }

    [Theory]
    [InlineData("voip", ".voip", "0")]
    [InlineData("pushtotalk", ".voip-ptt", "0")]
    [InlineData("complication", ".complication", null)]
    [InlineData("fileprovider", ".pushkit.fileprovider", null)]
    [InlineData("liveactivity", ".push-type.liveactivity", null)]
    [InlineData("location", ".location-query", null)]
    [InlineData("widgets", ".push-type.widgets", null)]
    [InlineData("controls", ".push-type.controls", null)]
    [InlineData("mdm", "", null)]
    public async Task Each_push_type_has_its_topic(string pushType, string suffix, string? expiration)
    {
        var content = Overridden($$$"""{"headers":{"apns-push-type":"{{{pushType}}}"}}""");
        var delivery = ApnsApplication.Delivery(ApnsApplication.Device(), content);

        var headers = await SendAsync(delivery);

        Assert.Equal((pushType, ApnsGateway.BundleId + suffix), (headers["apns-push-type"], headers["apns-topic"]));
        Assert.Equal(expiration ?? $"{delivery.ExpiresAt.ToUnixTimeSeconds()}", headers["apns-expiration"]);
    }

    [Fact]
    public async Task Overrides_can_set_headers()
    {
        var headers = await SendAsync(
            ApnsApplication.Delivery(
                ApnsApplication.Device(),
                Overridden(
                    """
                    {"headers":{"apns-priority":"1","apns-expiration":0,"apns-collapse-id":"own","apns-topic":"com.example.shop"}}
                    """
                )
            )
        );

        Assert.Equal(("1", "0", "own"), (headers["apns-priority"], headers["apns-expiration"], headers["apns-collapse-id"]));
    }

    [Theory]
    [InlineData("""{"headers":{"authorization":"bearer other"}}""")]
    [InlineData("""{"headers":{"apns-id":"d2c1f6c0-0000-0000-0000-000000000000"}}""")]
    [InlineData("""{"headers":{"apns-topic":"a\r\nb: c"}}""")]
    [InlineData("""{"headers":{"apns-priority":null}}""")]
    [InlineData("""{"headers":[]}""")]
    [InlineData("""{"payload":"text"}""")]
    [InlineData("""{"aps":{}}""")]
    [InlineData("""{"headers":{"apns-push-type":"alarm"}}""")]
    [InlineData("""{"headers":{"apns-priority":"7"}}""")]
    [InlineData("""{"headers":{"apns-expiration":"tomorrow"}}""")]
    [InlineData("""{"payload":{"aps":null}}""")]
    [InlineData("""{"payload":{"aps":{"badge":"1"}}}""")]
    [InlineData("""{"payload":{"aps":{"content-available":true}}}""")]
    [InlineData("""{"payload":{"aps":{"alert":7}}}""")]
    public async Task Invalid_overrides_are_rejected(string overrides)
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);

        var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device(), Overridden(overrides)));

        Assert.Equal((OutcomeKind.Rejected, 0L), (outcome.Kind, gateway.Requests));
        Assert.StartsWith("overrides.apns", outcome.Reason, StringComparison.Ordinal);
        var content = Overridden(overrides);
        var trigger = new Trigger { To = Recipient.PushToken(ApnsApplication.Device(), Platform.Ios), Content = content };
        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.Services.GetRequiredService<INotifier>().TriggerAsync(trigger)
        );
        Assert.StartsWith("content.overrides.apns.", Assert.Single(exception.Errors).Field, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collapse_key_that_fits_is_unchanged() =>
        Assert.Equal("order-42", (await SendCollapsingAsync("order-42"))["apns-collapse-id"]);

    [Fact]
    public async Task A_collapse_key_that_does_not_fit_collapses_only_with_equal_keys()
    {
        var umlauts = new string('ä', 64);

        var ids = new List<string>();
        foreach (var key in (string[])[umlauts, umlauts, umlauts[1..], "with space"])
            ids.Add((await SendCollapsingAsync(key))["apns-collapse-id"]);

        Assert.Equal(ids[0], ids[1]);
        Assert.Equal(3, ids.Distinct().Count());
    }

    [Fact]
    public async Task Each_app_has_its_environment_and_topic()
    {
        await using var gateway = await ApnsGateway.StartAsync(
            new ApnsGatewaySettings { BundleIds = [ApnsGateway.BundleId, "com.example.beta", "com.example.other"] }
        );
        await using var application = ApnsApplication.Compose(
            gateway,
            options =>
            {
                options.BaseAddress = null;
                options.Apps["beta"] = new ApnsApp { BundleId = "com.example.beta", Environment = ApnsEnvironment.Sandbox };
            },
            services => AppleHosts.RedirectTo(services, gateway.Address.Port)
        );

        foreach (var app in (string?[])[null, "beta", "com.example.other"])
        {
            var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device(), app: app));
            Assert.True(outcome.Kind == OutcomeKind.Sent, outcome.ToString());
        }

        Assert.Equal(
            [
                ("api.push.apple.com", ApnsGateway.BundleId),
                ("api.sandbox.push.apple.com", "com.example.beta"),
                ("api.push.apple.com", "com.example.other"),
            ],
            gateway.Messages.Select(message => (message.Host, message.Headers["apns-topic"]))
        );
    }

    private static Content Overridden(string json) =>
        Visible with
        {
            Overrides = new Dictionary<string, JsonElement> { ["apns"] = JsonSerializer.Deserialize<JsonElement>(json) },
        };

    private static Task<IReadOnlyDictionary<string, string>> SendCollapsingAsync(string key) =>
        SendAsync(ApnsApplication.Delivery(ApnsApplication.Device(), Visible) with { CollapseKey = key });

    private static async Task<IReadOnlyDictionary<string, string>> SendAsync(Delivery delivery)
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);

        Assert.Equal(OutcomeKind.Sent, (await application.SendAsync(delivery)).Kind);

        return Assert.Single(gateway.Messages).Headers;
    }
}
