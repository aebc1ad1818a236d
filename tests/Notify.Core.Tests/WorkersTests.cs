using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Processes that share a store, each of which has its part of the work.</summary>
public sealed class WorkersTests
{
    private readonly ScriptedProvider _here = Mail();
    private readonly ScriptedProvider _there = Mail();

    [Theory]
    [InlineData(Workers.Delivery)]
    [InlineData(Workers.Retry)]
    public async Task What_a_process_without_workers_accepts_is_sent_by_another(Workers workers)
    {
        await using var api = await StartAsync(Workers.None, _here);
        await using var sender = await StartAsync(workers, _there, api);

        var id = await api.SendAsync(Recipient.Email("ada@example.org"));

        Assert.Equal(DeliveryState.Sent, (await api.EndedDeliveryAsync(id)).State);
        Assert.Empty(_here.Sent);
        Assert.Single(_there.Sent);
    }

    [Fact]
    public async Task Topics_are_expanded_only_where_that_is_the_work()
    {
        await using var sender = await StartAsync(Workers.Delivery, _here);
        await SubscribeAsync(sender, "ada", "eve");
        var id = await sender.SendAsync(Recipient.Topic("news"));
        await sender.EndedDeliveryAsync(await sender.SendAsync(Recipient.Email("first@example.org")));
        Assert.Empty(await sender.DeliveriesAsync(id));

        await using var processor = await StartAsync(Workers.Expansion, _there, sender);

        await Eventually.TrueAsync(
            async () => (await sender.DeliveriesAsync(id)).Count(delivery => delivery.State == DeliveryState.Sent) == 2,
            "both subscribers"
        );
        Assert.Equal(3, _here.Sent.Count);
        Assert.Empty(_there.Sent);
    }

    [Fact]
    public async Task A_process_that_sends_what_it_accepts_does_not_wait_for_others()
    {
        await using var all = await StartAsync(Workers.All, _here);

        Assert.Equal(
            DeliveryState.Sent,
            (await all.EndedDeliveryAsync(await all.SendAsync(Recipient.Email("ada@example.org")))).State
        );
    }

    private static ScriptedProvider Mail() => new("mail", Channel.Email, _ => Outcome.Sent());

    private static Task<TestApplication> StartAsync(Workers workers, IDeliveryProvider provider, TestApplication? store = null) =>
        TestApplication.StartAsync(
            builder =>
            {
                builder.Services.Configure<NotificationsOptions>(options => options.Workers = workers);
                if (store is not null)
                    builder.ShareStoreWith(store.Services);
            },
            provider
        );

    private static async Task SubscribeAsync(TestApplication application, params string[] users)
    {
        foreach (var user in users)
        {
            await application.Directory.SaveUserAsync(
                new User
                {
                    Id = user,
                    Addresses = new Dictionary<string, string> { ["email"] = $"{user}@example.org" },
                }
            );
        }

        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", users);
    }
}
