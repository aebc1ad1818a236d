using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.WebPush;

namespace Notify.Providers.WebPush.Tests;

public sealed class SubscriptionTests
{
    private const string Endpoint = "https://push.example.net/push/1";

    private const string NotJson = "the address is not a push subscription in JSON";

    private static readonly string NotOnCurve = Keys.P256dh.Replace("iw4", "iw0", StringComparison.Ordinal);

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
            { With(Keys.P256dh, "BCVx"), "the subscription's key p256dh is not a point of P-256 in base64" },
            { With(Keys.P256dh, "C" + Keys.P256dh[1..]), "the subscription's key p256dh is not a point of P-256 in base64" },
            { With(Keys.P256dh, Keys.P256dh[..^1] + "!"), "the subscription's key p256dh is not a point of P-256 in base64" },
            { With(Keys.P256dh, NotOnCurve), "the subscription's key p256dh is not a point of P-256" },
            { With(Keys.Auth, "BTBZMqHH6r4Tts7J_aSI"), "the subscription's key auth is not 16 bytes in base64" },
            { With(Keys.Auth, "BTBZMqHH6r4Tts7J_aSIggAA"), "the subscription's key auth is not 16 bytes in base64" },
            { Keys.Subscription("/push/1"), "the subscription's endpoint is not an https URL" },
            { Keys.Subscription("http://push.example.net/push/1"), "the subscription's endpoint is not an https URL" },
            { Keys.Subscription("ftp://push.example.net/push/1"), "the subscription's endpoint is not an https URL" },
            { Keys.Subscription("https://user@push.example.net/push/1"), "the subscription's endpoint is not an https URL" },
            { Keys.Subscription("https://\u200b/"), "the subscription's endpoint is not an https URL" },
        };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_subscription_is_rejected_with_the_reason(string subscription, string reason)
    {
        await using var application = await WebPushApplication.StartAsync(null, options => options.AllowPrivateNetworks = false);
        var directory = application.Services.GetRequiredService<IRecipients>();
        await directory.SaveUserAsync(new User { Id = "ada" });

        var sent = await application.Provider.SendAsync(Delivery(subscription), TestContext.Current.CancellationToken);
        var triggered = await Assert.ThrowsAsync<InvalidRequestException>(() => application.SendAsync(subscription));
        var registered = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            directory.RegisterDeviceAsync(Browser(subscription))
        );

        Assert.Equal((OutcomeKind.Rejected, reason), (sent.Kind, sent.Reason));
        Assert.Equal(("to[0]", $"Not a usable push subscription: {reason}."), Single(triggered));
        Assert.Equal(("token", $"Not a usable push subscription: {reason}."), Single(registered));
    }

    [Fact]
    public async Task Keys_in_the_standard_alphabet_are_accepted()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        var directory = application.Services.GetRequiredService<IRecipients>();
        await directory.SaveUserAsync(new User { Id = "ada" });
        var accepted = 0;
        // Among this many random keys, some contain the characters in which the alphabets differ.
        for (var i = 0; i < 8; i++)
        {
            var json = gateway.Subscribe().Json;
            var keys = json.IndexOf("\"keys\"", StringComparison.Ordinal);
            var standard = json[..keys] + json[keys..].Replace('-', '+').Replace('_', '/');

            await directory.RegisterDeviceAsync(Browser(standard));
            var delivery = await application.SendAsync(standard);
            accepted += delivery.State == DeliveryState.Sent && standard != json ? 1 : 0;
            Assert.Equal(DeliveryState.Sent, delivery.State);
        }

        Assert.True(accepted > 0, "No key contained a character in which the alphabets differ.");
    }

    [Fact]
    public async Task Additional_members_and_padding_are_ignored()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        var json = gateway
            .Subscribe()
            .Json.Replace("null", "1893553445000", StringComparison.Ordinal)
            .Replace("\"keys\"", "\"supportedContentEncodings\":[\"aes128gcm\"],\"keys\"", StringComparison.Ordinal)
            .Replace("\"}}", "==\"}}", StringComparison.Ordinal);

        var delivery = await application.SendAsync(json);

        Assert.Equal(DeliveryState.Sent, delivery.State);
    }

    private static (string Field, string Message) Single(InvalidRequestException exception)
    {
        var error = Assert.Single(exception.Errors);
        return (error.Field, error.Message);
    }

    private static Device Browser(string subscription) =>
        new()
        {
            Id = "browser",
            UserId = "ada",
            Platform = Platform.Web,
            Token = subscription,
        };

    private static Delivery Delivery(string subscription) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            NotificationId = Guid.CreateVersion7(),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Push, subscription) { Platform = Platform.Web },
            Provider = "webpush",
            Content = new Content { Body = "content-text" },
            ContentIndex = 0,
            AcceptedAt = TestClock.Start,
            DueAt = TestClock.Start,
            ExpiresAt = TestClock.Start.AddDays(1),
        };

    private static string With(string part, string change) =>
        Keys.Subscription(Endpoint).Replace(part, change, StringComparison.Ordinal);
}
