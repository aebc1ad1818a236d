using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Providers.Webhook.Tests;

public sealed class SignatureTests
{
    [Theory]
    [InlineData("""{"test": 2432232314}""", true)]
    [InlineData("""{"test": 2432232315}""", false)]
    public void The_verifier_agrees_with_the_specification_s_example(string body, bool valid)
    {
        Assert.Equal(
            valid,
            StandardWebhooks.Verify(
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1614265330,
                body,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
            )
        );
    }

    [Theory]
    [InlineData(24)]
    [InlineData(64)]
    public async Task A_receiver_can_verify_a_request(int secretLength)
    {
        var secret = StandardWebhooks.NewSecret(secretLength);
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartFrozenAsync(options => options.Secret = secret);

        var delivery = await application.SendAsync(endpoint.Url);

        Assert.Equal(DeliveryState.Sent, delivery.State);
        var request = Assert.Single(endpoint.Requests);
        Assert.Equal(("POST", "/hook?token=url-token"), (request.Method, request.Path));
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Equal(delivery.Delivery.Id.ToString(), request.Id);
        Assert.Equal(TestClock.Start.ToUnixTimeSeconds(), request.Timestamp);
        Assert.True(request.IsSignedWith(await application.GetSecretAsync(endpoint.Url)));
        Assert.False(request.IsSignedWith(StandardWebhooks.NewSecret()));
    }

    [Fact]
    public async Task Requests_to_one_endpoint_at_the_same_time_are_all_signed()
    {
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartFrozenAsync();
        var secret = await application.GetSecretAsync(endpoint.Url);

        await Task.WhenAll(
            Enumerable
                .Range(0, 500)
                .Select(i => Task.Run(() => application.SendAsync(endpoint.Url, new Content { Body = $"message {i}" })))
        );

        Assert.Equal(500, endpoint.Requests.Count);
        Assert.All(endpoint.Requests, request => Assert.True(request.IsSignedWith(secret)));
    }

    [Fact]
    public async Task The_body_says_what_the_content_says()
    {
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartFrozenAsync();

        var delivery = await application.SendAsync(
            endpoint.Url,
            new Content
            {
                Title = "Skickat",
                Body = "Ditt paket är på väg",
                Html = "<p>Ditt paket</p>",
                Data = new Dictionary<string, string> { ["order"] = "42" },
            }
        );

        var request = Assert.Single(endpoint.Requests);
        Assert.True(request.IsSignedWith(await application.GetSecretAsync(endpoint.Url)));
        AssertJson(
            $$"""
            {
              "type": "notification",
              "timestamp": "2030-01-02T03:04:05Z",
              "data": {
                "id": "{{delivery.Delivery.Id}}",
                "notificationId": "{{delivery.Delivery.NotificationId}}",
                "title": "Skickat",
                "body": "Ditt paket är på väg",
                "html": "<p>Ditt paket</p>",
                "data": { "order": "42" }
              }
            }
            """,
            request.Body
        );
    }

    [Fact]
    public async Task A_body_without_title_html_and_data_keeps_its_shape()
    {
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartFrozenAsync();

        await application.SendAsync(endpoint.Url, new Content { Body = "Hello" });

        var data = JsonDocument.Parse(Assert.Single(endpoint.Requests).Body).RootElement.GetProperty("data");
        Assert.Equal(["id", "notificationId", "title", "body", "data"], data.EnumerateObject().Select(property => property.Name));
        Assert.Equal(JsonValueKind.Null, data.GetProperty("title").ValueKind);
        Assert.Empty(data.GetProperty("data").EnumerateObject());
    }

    [Fact]
    public async Task Large_contents_are_sent_whole_side_by_side()
    {
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartAsync();

        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i => application.SendAsync(endpoint.Url, new Content { Body = new string((char)('a' + i), 100_000) }))
        );

        var secret = await application.GetSecretAsync(endpoint.Url);
        Assert.All(endpoint.Requests, request => Assert.True(request.IsSignedWith(secret)));
        Assert.Equal(20, endpoint.Requests.Select(request => request.Body).Distinct().Count());
    }

    [Fact]
    public async Task While_the_master_secret_is_replaced_both_verify()
    {
        var (current, previous) = (StandardWebhooks.NewSecret(), StandardWebhooks.NewSecret());
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var before = await WebhookApplication.StartAsync(options => options.Secret = previous);
        await using var application = await WebhookApplication.StartAsync(options =>
            (options.Secret, options.PreviousSecret) = (current, previous)
        );

        await application.SendAsync(endpoint.Url);

        var request = Assert.Single(endpoint.Requests);
        Assert.Equal(2, request.Signature.Split(' ').Length);
        Assert.True(request.IsVerifiedBy(await application.GetSecretAsync(endpoint.Url)));
        Assert.True(request.IsVerifiedBy(await before.GetSecretAsync(endpoint.Url)));
        Assert.False(request.IsVerifiedBy(current));
        Assert.False(request.IsVerifiedBy(previous));
    }

    [Fact]
    public async Task Every_attempt_has_the_delivery_s_id_and_a_time_of_its_own()
    {
        var clock = new TestClock();
        await using var endpoint = await Endpoint.StartAsync(500);
        await using var application = await WebhookApplication.StartAsync(configureServices: services =>
            services.AddSingleton<TimeProvider>(clock)
        );

        var delivery = await application.SendAsync(endpoint.Url);
        clock.Advance(TimeSpan.FromHours(1));
        await application.AttemptedAsync(delivery.Delivery.NotificationId, attempts: 2);

        var start = TestClock.Start.ToUnixTimeSeconds();
        Assert.Equal([start, start + 3600], endpoint.Requests.Select(request => request.Timestamp));
        Assert.All(endpoint.Requests, request => Assert.Equal(delivery.Delivery.Id.ToString(), request.Id));
        Assert.Single(endpoint.Requests.Select(request => request.Body).Distinct());
        var secret = await application.GetSecretAsync(endpoint.Url);
        Assert.All(endpoint.Requests, request => Assert.True(request.IsSignedWith(secret)));
    }

    private static void AssertJson(string expected, string actual) =>
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), JsonElement.Parse(actual)), actual);
}
