using Microsoft.Extensions.DependencyInjection;

namespace Notify.Providers.Webhook.Tests;

/// <summary>410 disables an endpoint, as the Standard Webhooks specification asks: its user has it no more.</summary>
public sealed class GoneTests
{
    private const string UserId = "u-42";

    [Fact]
    public async Task A_user_s_endpoint_that_is_gone_is_not_called_again()
    {
        await using var endpoint = await Endpoint.StartAsync(410);
        await using var application = await WebhookApplication.StartFrozenAsync();
        await SaveAsync(application, endpoint.Url);

        var first = await application.AttemptedAsync(await application.TriggerAsync(Recipient.User(UserId)), attempts: 1);
        var second = await application.TriggerAsync(Recipient.User(UserId));

        Assert.Equal(OutcomeKind.RecipientGone, Assert.Single(first.Attempts).Outcome);
        var unreached = Assert.Single(await application.DeliveriesAsync(second));
        Assert.Equal((DeliveryState.Cancelled, "the user has no address for webhook"), (unreached.State, unreached.Reason));
        Assert.Single(endpoint.Requests);
    }

    [Fact]
    public async Task An_endpoint_that_the_user_has_set_meanwhile_is_kept()
    {
        await using var another = await Endpoint.StartAsync(200);
        WebhookApplication? application = null;
        await using var endpoint = await Endpoint.StartAsync(async context =>
        {
            await SaveAsync(application!, another.Url);
            context.Response.StatusCode = 410;
        });
        await using (application = await WebhookApplication.StartFrozenAsync())
        {
            await SaveAsync(application, endpoint.Url);

            await application.AttemptedAsync(await application.TriggerAsync(Recipient.User(UserId)), attempts: 1);
            await application.AttemptedAsync(await application.TriggerAsync(Recipient.User(UserId)), attempts: 1);
        }

        Assert.Single(endpoint.Requests);
        Assert.Single(another.Requests);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(400)]
    public async Task An_endpoint_that_refuses_otherwise_is_called_again(int status)
    {
        await using var endpoint = await Endpoint.StartAsync(status);
        await using var application = await WebhookApplication.StartFrozenAsync();
        await SaveAsync(application, endpoint.Url);

        await application.AttemptedAsync(await application.TriggerAsync(Recipient.User(UserId)), attempts: 1);
        await application.AttemptedAsync(await application.TriggerAsync(Recipient.User(UserId)), attempts: 1);

        Assert.Equal(2, endpoint.Requests.Count);
    }

    private static Task SaveAsync(WebhookApplication application, string url) =>
        application
            .Services.GetRequiredService<IRecipients>()
            .SaveUserAsync(
                new User
                {
                    Id = UserId,
                    Addresses = new Dictionary<string, string> { ["webhook"] = url },
                }
            );
}
