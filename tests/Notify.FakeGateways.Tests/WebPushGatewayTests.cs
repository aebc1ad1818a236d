using Notify.FakeGateways.WebPush;

namespace Notify.FakeGateways.Tests;

/// <summary>
/// web-push and the fake push service understand each other: what our provider is proved against is a push service.
/// </summary>
public sealed class WebPushGatewayTests : IAsyncLifetime
{
    private PushServiceGateway _gateway = null!;
    private WebPushClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await PushServiceGateway.StartAsync();
        _client = new WebPushClient(_gateway);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_message_arrives_decrypted()
    {
        var subscription = _gateway.Subscribe(WebPushClient.Keys.Public);

        var answer = await _client.PushAsync(
            subscription,
            "Ditt paket är på väg 📦",
            new
            {
                vapidDetails = WebPushClient.Details(WebPushClient.Keys),
                TTL = 90,
                urgency = "high",
                topic = "order-42",
            }
        );

        Assert.Equal((201, "/message/1"), (answer.Status, answer.Location));
        var message = Assert.Single(_gateway.Messages);
        Assert.Equal(
            (subscription.Id, 90, "high", "order-42", "Ditt paket är på väg 📦"),
            (message.SubscriptionId, message.TimeToLive, message.Urgency, message.Topic, message.Plaintext)
        );
    }

    [Theory]
    [InlineData(3993, 201)]
    [InlineData(3994, 413)]
    public async Task A_body_has_4096_bytes_at_most(int plaintextLength, int status)
    {
        var answer = await _client.PushAsync(_gateway.Subscribe(), new string('a', plaintextLength));

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_subscription_that_is_over_is_gone(int status)
    {
        var subscription = _gateway.Subscribe();
        subscription.GoneWith = status;

        var answer = await _client.PushAsync(subscription, "Hello");

        Assert.Equal(status, answer.Status);
        Assert.Contains("\"errno\":106", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscription_belongs_to_one_application()
    {
        var subscription = _gateway.Subscribe(WebPushClient.OtherKeys.Public);

        Assert.Equal(403, (await _client.PushAsync(subscription, "Hello")).Status);
        Assert.Empty(_gateway.Messages);
    }

    [Fact]
    public async Task A_message_without_vapid_is_refused()
    {
        Assert.Equal(401, (await _client.PushAsync(_gateway.Subscribe(), "Hello", new { TTL = 5 })).Status);
    }

    [Fact]
    public async Task A_message_by_another_content_coding_is_refused()
    {
        var answer = await _client.PushAsync(
            _gateway.Subscribe(),
            "Hello",
            new { contentEncoding = "aesgcm", vapidDetails = WebPushClient.Details(WebPushClient.Keys) }
        );

        Assert.InRange(answer.Status, 400, 401);
    }

    [Fact]
    public async Task It_misbehaves_when_told_to()
    {
        _gateway.FailNext(new PushFault(429) { RetryAfter = "17", Body = """{"reason":"TooManyRequests"}""" });

        var answer = await _client.PushAsync(_gateway.Subscribe(), "Hello");

        Assert.Equal((429, "17"), (answer.Status, answer.RetryAfter));
        Assert.Equal(201, (await _client.PushAsync(_gateway.Subscribe(), "Hello again")).Status);
    }
}
