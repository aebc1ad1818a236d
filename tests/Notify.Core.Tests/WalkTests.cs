using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class WalkTests
{
    [Fact]
    public async Task A_notification_is_walked_from_trigger_to_settlement()
    {
        var provider = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent("vendor-1"));
        await using var application = await TestApplication.StartAsync(provider);

        var result = await application.Notifier.TriggerAsync(
            new Trigger
            {
                To = Recipient.Email("ada@example.org"),
                Content = new Content { Title = "Hello", Body = "Ada" },
            },
            TestContext.Current.CancellationToken
        );

        var delivery = Assert.Single(await application.EndedDeliveriesAsync(result.Id));
        Assert.Equal(DeliveryState.Sent, delivery.State);
        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal("mail", attempt.Provider);
        Assert.Equal("vendor-1", attempt.ProviderMessageId);
        Assert.Equal("Ada", Assert.Single(provider.Sent).Content.Body);
    }
}
