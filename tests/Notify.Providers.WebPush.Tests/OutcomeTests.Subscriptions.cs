using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.WebPush;
using Notify.Storage;

namespace Notify.Providers.WebPush.Tests;

/// <summary>Tests of the subscriptions that an outcome prunes or keeps.</summary>
public sealed partial class OutcomeTests
{
    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task An_expired_subscription_is_pruned(int status)
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        var subscription = gateway.Subscribe();
        subscription.GoneStatus = status;
        await RegisterAsync(application, subscription);

        await application.SendAsync(
            new Trigger
            {
                To = Recipient.User("u-42"),
                Content = new Content { Body = "Hello" },
            }
        );

        Assert.NotNull(Assert.Single(await DevicesAsync(application)).PrunedAt);
    }

    [Fact]
    public async Task A_subscription_of_another_key_is_kept()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        await RegisterAsync(application, gateway.Subscribe(Keys.OtherPublic));

        var delivery = await application.SendAsync(
            new Trigger
            {
                To = Recipient.User("u-42"),
                Content = new Content { Body = "Hello" },
            }
        );

        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal((OutcomeKind.Rejected, "HTTP 403: errno 109"), (attempt.Outcome, attempt.Reason));
        Assert.Null(Assert.Single(await DevicesAsync(application)).PrunedAt);
    }

    private static async Task RegisterAsync(WebPushApplication application, BrowserSubscription subscription)
    {
        var directory = application.Services.GetRequiredService<IRecipients>();
        await directory.SaveUserAsync(new User { Id = "u-42" });
        await directory.RegisterDeviceAsync(
            new Device
            {
                Id = "d-1",
                UserId = "u-42",
                Platform = Platform.Web,
                Token = subscription.Json,
            }
        );
    }

    private static ValueTask<IReadOnlyList<Device>> DevicesAsync(WebPushApplication application) =>
        application.Services.GetRequiredService<IDeviceStore>().ListAsync(Trigger.DefaultTenant, "u-42", CancellationToken.None);
}
