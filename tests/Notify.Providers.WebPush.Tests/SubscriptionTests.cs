using Notify.Delivering;
using Notify.FakeGateways.WebPush;
using Notify.Queueing;

namespace Notify.Providers.WebPush.Tests;

public sealed class SubscriptionTests
{
    private const string Endpoint = "https://push.example.net/push/1";

    private const string NotJson = "the address is no push subscription in JSON";

    private static readonly string OffTheCurve = Keys.P256dh.Replace("iw4", "iw0", StringComparison.Ordinal);

    public static TheoryData<string, string> Malformed =>
        new()
        {
            { "5e5e5e5e", NotJson },
            { "null", NotJson },
            { "[]", NotJson },
            { $$"""{"endpoint":"{{Endpoint}}"}""", NotJson },
            { $$"""{"endpoint":"{{Endpoint}}","keys":null}""", NotJson },
            { $$$"""{"endpoint":"{{{Endpoint}}}","keys":{"p256dh":"{{{Keys.P256dh}}}"}}""", NotJson },
            { Keys.Subscription(Endpoint) + "x", NotJson },
            { Keys.Subscription(Endpoint)[..^1], NotJson },
            { With("\"keys\"", "\"endpoint\":\"\",\"keys\""), NotJson },
            { With($"\"{Keys.Auth}\"", "16"), NotJson },
            { With(Keys.P256dh, "BCVx"), "the subscription's key p256dh is no point of P-256 in base64url" },
            { With(Keys.P256dh, "C" + Keys.P256dh[1..]), "the subscription's key p256dh is no point of P-256 in base64url" },
            { With(Keys.P256dh, Keys.P256dh[..^1] + "!"), "the subscription's key p256dh is no point of P-256 in base64url" },
            { With(Keys.P256dh, OffTheCurve), "the subscription's key p256dh is no point of P-256" },
            { With(Keys.Auth, "BTBZMqHH6r4Tts7J_aSI"), "the subscription's key auth is not 16 bytes in base64url" },
            { With(Keys.Auth, "BTBZMqHH6r4Tts7J_aSIggAA"), "the subscription's key auth is not 16 bytes in base64url" },
            { Keys.Subscription("/push/1"), "the subscription's endpoint is no https URL" },
            { Keys.Subscription("http://push.example.net/push/1"), "the subscription's endpoint is no https URL" },
            { Keys.Subscription("ftp://push.example.net/push/1"), "the subscription's endpoint is no https URL" },
            { Keys.Subscription("https://user@push.example.net/push/1"), "the subscription's endpoint is no https URL" },
            { Keys.Subscription("https://\u200b/"), "the subscription's endpoint has no valid host" },
        };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_subscription_is_rejected_and_the_reason_says_what_is_wrong(string subscription, string reason)
    {
        await using var application = await WebPushApplication.StartAsync(null, options => options.AllowPrivateNetworks = false);

        var delivery = await application.SendAsync(subscription);

        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal((OutcomeKind.Rejected, reason), (attempt.Outcome, attempt.Reason));
    }

    [Fact]
    public async Task What_else_a_browser_adds_and_how_it_pads_does_not_matter()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        var json = gateway
            .Subscribe()
            .Json.Replace("null", "1893553445000", StringComparison.Ordinal)
            .Replace("\"keys\"", "\"supportedContentEncodings\":[\"aes128gcm\"],\"keys\"", StringComparison.Ordinal)
            .Replace("\"}}", "==\"}}", StringComparison.Ordinal);

        var delivery = await application.SendAsync(json);

        Assert.Equal(DeliveryState.Accepted, delivery.State);
    }

    private static string With(string part, string change) =>
        Keys.Subscription(Endpoint).Replace(part, change, StringComparison.Ordinal);
}
