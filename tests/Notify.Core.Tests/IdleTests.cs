using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Processes without work rest, and find work of other processes nevertheless.</summary>
public sealed class IdleTests
{
    private static readonly TimeSpan PollInterval = new NotificationsOptions().PollInterval;

    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_process_without_work_wakes_up_once_per_poll_interval()
    {
        await using var application = await StartAsync(Workers.All);
        await Eventually.TrueAsync(() => _time.TimersWaiting >= 4, "the workers to wait");
        var before = _time.TimersFired;

        _time.Advance(TimeSpan.FromMinutes(1));

        // Beside the polls, leases, expired data and removed providers have timers that fire a few times a minute.
        Assert.InRange(_time.TimersFired - before, 240, 250);
    }

    [Fact]
    public async Task Work_of_another_process_is_found_within_the_poll_interval()
    {
        await using var working = await StartAsync(Workers.All);
        await using var accepting = await StartAsync(Workers.None, working);
        await working.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );
        await working.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada"]);
        // The loops run when this is sent.
        await SentAsync(working, await working.SendAsync(Recipient.Topic("news")));

        var direct = await accepting.SendAsync(Recipient.Email("eve@example.org"));
        var topic = await accepting.SendAsync(Recipient.Topic("news"));
        _time.Advance(PollInterval);

        await SentAsync(accepting, direct);
        await SentAsync(accepting, topic);
    }

    private Task<TestApplication> StartAsync(Workers workers, TestApplication? store = null) =>
        TestApplication.StartAsync(
            _time,
            builder =>
            {
                builder.Services.Configure<NotificationsOptions>(options =>
                    (options.PollInterval, options.Workers) = (PollInterval, workers)
                );
                if (store is not null)
                    builder.ShareStoreWith(store.Services);
            },
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent())
        );

    private static Task SentAsync(TestApplication application, Guid id) =>
        Eventually.TrueAsync(
            async () => await application.DeliveriesAsync(id) is [{ State: DeliveryState.Sent }],
            $"the delivery of {id}"
        );
}
