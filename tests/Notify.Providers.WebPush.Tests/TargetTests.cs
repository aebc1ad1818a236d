using System.Net;
using Notify.FakeGateways.WebPush;

namespace Notify.Providers.WebPush.Tests;

/// <summary>
/// Tests that endpoints, which clients choose, cannot reach internal services. The tests of the webhook provider cover the
/// classification of addresses.
/// </summary>
public sealed class TargetTests
{
    [Theory]
    [InlineData("https://127.0.0.1:{0}/push/1")]
    [InlineData("https://2130706433:{0}/push/1")]
    [InlineData("https://localhost:{0}/push/1")]
    [InlineData("https://[::1]:{0}/push/1")]
    [InlineData("https://[::ffff:127.0.0.1]:{0}/push/1")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://10.1.2.3/")]
    public async Task An_endpoint_outside_the_public_internet_is_rejected_without_a_connection(string endpoint)
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway, options =>
            options.AllowPrivateNetworks = false
        );

        var delivery = await application.SendAsync(Keys.Subscription(string.Format(null, endpoint, gateway.Address.Port)));

        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal(
            (OutcomeKind.Rejected, "the subscription's endpoint is not on the public internet"),
            (attempt.Outcome, attempt.Reason)
        );
        Assert.Equal(0, gateway.ConnectionsAccepted);
    }

    [Fact]
    public async Task Outcomes_do_not_tell_which_names_the_internal_dns_knows()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway, options =>
            options.AllowPrivateNetworks = false
        );

        // This machine's name leads to an address that is not public, as a name of an internal DNS does.
        foreach (var host in (string[])[Dns.GetHostName(), "nobody.invalid"])
        {
            var delivery = await application.SendAsync(Keys.Subscription($"https://{host}:{gateway.Address.Port}/push/1"));

            var attempt = Assert.Single(delivery.Attempts);
            Assert.Equal((OutcomeKind.Retry, "the endpoint could not be reached"), (attempt.Outcome, attempt.Reason));
        }

        Assert.Equal(0, gateway.ConnectionsAccepted);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var elsewhere = await PushServiceGateway.StartAsync(new TestClock());
        await using var gateway = await FakeGateways.GatewayServer.StartAsync(
            context =>
            {
                context.Response.StatusCode = status;
                context.Response.Headers.Location = elsewhere.Subscribe().Endpoint.ToString();
                return Task.CompletedTask;
            },
            tls: false
        );
        await using var application = await WebPushApplication.StartAsync(elsewhere);

        var delivery = await application.SendAsync(Keys.Subscription($"{gateway.Address}push/1"));

        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal((OutcomeKind.Rejected, $"HTTP {status}"), (attempt.Outcome, attempt.Reason));
        Assert.Equal(0, elsewhere.ConnectionsAccepted);
    }

    [Fact]
    public async Task Only_tokens_of_browsers_are_sent_to()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);

        var delivery = await application.SendAsync(
            new Trigger
            {
                To =
                [
                    Recipient.PushToken(gateway.Subscribe().Json, Platform.Android),
                    Recipient.PushToken(gateway.Subscribe().Json, Platform.Web),
                ],
                Content = new Content { Body = "Hello" },
            }
        );

        Assert.Equal(Platform.Web, delivery.Delivery.To.Platform);
        var other = Assert.Single(await application.DeliveriesAsync(delivery.Delivery.NotificationId), record =>
            record.Delivery.To.Platform != Platform.Web
        );
        Assert.Equal(DeliveryState.Cancelled, other.State);
        Assert.Equal(1, gateway.Requests);
    }
}
