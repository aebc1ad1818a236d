using Notify.FakeGateways.WebPush;

namespace Notify.FakeGateways.Tests;

/// <summary>
/// Tests the fake push service with the npm package web-push. This shows that the fake, against which the provider is tested,
/// behaves as a push service.
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
    public async Task A_body_of_more_than_4096_bytes_is_refused(int plaintextLength, int status)
    {
        var answer = await _client.PushAsync(_gateway.Subscribe(), new string('a', plaintextLength));

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_message_to_an_ended_subscription_is_refused(int status)
    {
        var subscription = _gateway.Subscribe();
        subscription.GoneStatus = status;

        var answer = await _client.PushAsync(subscription, "Hello");

        Assert.Equal(status, answer.Status);
        Assert.Contains("\"errno\":106", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscription_accepts_only_its_own_vapid_key()
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
    public async Task A_message_in_another_content_coding_is_refused()
    {
        var answer = await _client.PushAsync(
            _gateway.Subscribe(),
            "Hello",
            new { contentEncoding = "aesgcm", vapidDetails = WebPushClient.Details(WebPushClient.Keys) }
        );

        Assert.InRange(answer.Status, 400, 401);
    }

    [Fact]
    public async Task Requests_fail_if_the_test_asks_for_it()
    {
        _gateway.FailNext(new PushFault(429) { RetryAfter = "17", Body = """{"reason":"TooManyRequests"}""" });

        var answer = await _client.PushAsync(_gateway.Subscribe(), "Hello");

        Assert.Equal((429, "17"), (answer.Status, answer.RetryAfter));
        Assert.Equal(201, (await _client.PushAsync(_gateway.Subscribe(), "Hello again")).Status);
    }
}
