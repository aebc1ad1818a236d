using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests of the feed of events and of what it keeps for watchers that come back.</summary>
public sealed class FeedTests
{
    private const int MaxEvents = 10_000;

    private static readonly string[] Deliveries = ["delivery.*"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watcher_sees_what_is_settled_from_then_on_for_the_tenant()
    {
        var outcomes = new Queue<Outcome>([
            Outcome.Sent(),
            Outcome.Sent(),
            Outcome.Retry("busy", TimeSpan.Zero),
            Outcome.Rejected("no"),
        ]);
        var mail = new ScriptedProvider("mail", Channel.Email, _ =>
        {
            lock (outcomes)
                return outcomes.Dequeue();
        });
        await using var application = await TestApplication.StartAsync(mail);
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("before@example.org")));
        await using var watching = Watch(application, Deliveries);

        var others = await application.SendAsync(
            TestApplication.Say(Recipient.Email("bob@example.org")) with
            {
                Tenant = "other",
            }
        );
        await Eventually.TrueAsync(
            async () => (await application.DeliveriesAsync(others, "other"))[0].State == DeliveryState.Sent,
            "the other tenant's delivery"
        );
        var id = await application.SendAsync(Recipient.Email("ada@example.org"));

        var retried = await NextAboutAsync(watching, id);
        var failed = await NextAboutAsync(watching, id);
        Assert.Equal(("delivery.retried", id, DeliveryState.Pending, OutcomeKind.Retry, "busy"), Essence(retried));
        Assert.Equal(("delivery.failed", id, DeliveryState.DeadLetter, OutcomeKind.Rejected, "no"), Essence(failed));
        Assert.NotEqual(retried.Id, failed.Id);
        Assert.NotNull(((DeliveryEventData)retried.Data).DueAt);
    }

    [Fact]
    public async Task A_watcher_that_comes_back_gets_each_event_after_its_position_once_and_the_same_bytes()
    {
        await using var application = await StartAsync();
        var feed = application.Get<IEventFeed>();
        await using var watching = Watch(application);
        var start = (await NextAsync(watching)).Position;
        var events = Enumerable.Range(0, 100).Select(number => CreateEvent($"u{number}")).ToList();
        events.ForEach(feed.Publish);

        foreach (var known in (int[])[-1, 0, 41, 98])
        {
            await using var again = Watch(application, after: known < 0 ? start : events[known].Id);
            Assert.Equal((known < 0 ? start : events[known].Id, false), Position(await NextAsync(again)));
            for (var next = known + 1; next < events.Count; next++)
            {
                var replayed = (await NextAsync(again)).Event!;
                Assert.Equal(events[next].Id, replayed.Id);
                Assert.Equal(events[next].ToUtf8Json(), replayed.ToUtf8Json());
            }

            var live = CreateEvent("live");
            feed.Publish(live);
            Assert.Equal(live.Id, (await NextAsync(again)).Event!.Id);
            events.Add(live);
        }
    }

    [Fact]
    public async Task A_watcher_with_an_unknown_position_is_told_so_and_gets_what_is_kept()
    {
        await using var application = await StartAsync();
        await using var watching = Watch(application);
        await NextAsync(watching);
        var kept = CreateEvent("u");
        application.Get<IEventFeed>().Publish(kept);

        await using var lost = Watch(application, after: Guid.CreateVersion7());

        var first = await NextAsync(lost);
        Assert.Equal((true, null, null), (first.HasMissed, first.Missed, first.Event));
        Assert.Equal(kept.Id, (await NextAsync(lost)).Event!.Id);
    }

    [Fact]
    public async Task A_slow_watcher_is_not_waited_for_and_is_told_how_many_it_missed()
    {
        await using var application = await StartAsync();
        await using var watching = Watch(application);
        await NextAsync(watching);
        for (var i = 0; i < MaxEvents + 250; i++)
            application.Get<IEventFeed>().Publish(CreateEvent($"u{i}"));

        var gap = await NextAsync(watching);

        Assert.Equal((true, 250L), (gap.HasMissed, gap.Missed));
        for (var i = 250; i < MaxEvents + 250; i++)
            Assert.Equal($"u{i}", ((DeliveryEventData)(await NextAsync(watching)).Event!.Data).User);
    }

    [Fact]
    public async Task Memory_stays_bounded_for_each_tenant_and_for_all_together()
    {
        await using var application = await StartAsync();
        var feed = application.Get<IEventFeed>();
        var tenants = Enumerable.Range(0, 8).Select(number => $"tenant-{number}").ToList();
        foreach (var tenant in tenants)
            await using (var watching = Watch(application, tenant: tenant))
                await NextAsync(watching);

        // 200 MB.
        var reason = new string('x', 250_000);
        for (var i = 0; i < 100; i++)
            tenants.ForEach(tenant => feed.Publish(CreateEvent("u", tenant, reason)));

        var kept = new List<long>();
        foreach (var tenant in tenants)
            kept.Add(await CountBytesAsync(application, tenant));
        // The texts are kept in UTF-8 and in UTF-16, so a third of the limit is left for each form.
        Assert.All(kept, bytes => Assert.InRange(bytes, 500_000, (16 << 20) / 3));
        Assert.InRange(kept.Sum(), 10_000_000, (64 << 20) / 3);
    }

    [Fact]
    public async Task Events_are_kept_for_as_long_as_the_option_allows_after_the_last_watcher_left()
    {
        var time = new ManualTime();
        await using var application = await TestApplication.StartAsync(
            time,
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent())
        );
        var feed = application.Get<IEventFeed>();
        Guid position;
        await using (var watching = Watch(application))
            position = (await NextAsync(watching)).Position;
        var (old, recent) = (CreateEvent("old"), CreateEvent("recent"));
        feed.Publish(old);
        time.Advance(TimeSpan.FromMinutes(4));
        feed.Publish(recent);

        await using (var again = Watch(application, after: position))
        {
            Assert.Equal((position, false), Position(await NextAsync(again)));
            Assert.Equal(old.Id, (await NextAsync(again)).Event!.Id);
        }

        time.Advance(TimeSpan.FromMinutes(2));
        await using (var again = Watch(application, after: position))
        {
            Assert.True((await NextAsync(again)).HasMissed);
            Assert.Equal(recent.Id, (await NextAsync(again)).Event!.Id);
        }

        time.Advance(TimeSpan.FromMinutes(4));
        Assert.True(feed.IsWatched);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.False(feed.IsWatched);
    }

    [Fact]
    public async Task Nothing_is_kept_for_watchers_that_have_gone_if_the_history_is_off()
    {
        await using var application = await TestApplication.StartAsync(
            builder => builder.Services.Configure<NotificationsOptions>(options => options.EventHistory = TimeSpan.Zero),
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent())
        );
        var feed = application.Get<IEventFeed>();
        Assert.False(feed.IsWatched);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var watching = feed.WatchAsync(new EventWatch { Tenant = Trigger.DefaultTenant }, gone.Token).GetAsyncEnumerator();
        await watching.MoveNextAsync();
        var next = watching.MoveNextAsync();
        Assert.True(feed.Wants(NotifyEventTypes.DeliverySent));

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        Assert.False(feed.IsWatched);
        Assert.False(feed.Wants(NotifyEventTypes.DeliverySent));
    }

    private static Task<TestApplication> StartAsync() =>
        TestApplication.StartAsync(new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent()));

    private static IAsyncEnumerator<WatchedEvent> Watch(
        TestApplication application,
        IReadOnlyList<string>? types = null,
        Guid? after = null,
        string tenant = Trigger.DefaultTenant
    )
    {
        var watch = new EventWatch
        {
            Tenant = tenant,
            After = after,
            Types = types ?? [],
        };
        return application.Get<IEventFeed>().WatchAsync(watch, Cancellation).GetAsyncEnumerator(Cancellation);
    }

    private static async Task<WatchedEvent> NextAsync(IAsyncEnumerator<WatchedEvent> watching)
    {
        Assert.True(await watching.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        return watching.Current;
    }

    // The first delivery may be reported after it was seen in the store. Nothing of the other tenant may be.
    private static async Task<NotifyEvent> NextAboutAsync(IAsyncEnumerator<WatchedEvent> watching, Guid notification)
    {
        while (true)
        {
            if ((await NextAsync(watching)).Event is not { } happened)
                continue;
            Assert.Equal(Trigger.DefaultTenant, happened.Tenant);
            if (((DeliveryEventData)happened.Data).NotificationId == notification)
                return happened;
        }
    }

    // Reads up to an event that it publishes itself.
    private static async Task<long> CountBytesAsync(TestApplication application, string tenant)
    {
        await using var watching = Watch(application, after: Guid.Empty, tenant: tenant);
        var last = CreateEvent("last", tenant);
        application.Get<IEventFeed>().Publish(last);
        var bytes = 0L;
        while ((await NextAsync(watching)).Event?.Id != last.Id)
            bytes += watching.Current.Event?.ToUtf8Json().Length ?? 0;
        return bytes;
    }

    private static (Guid, bool) Position(WatchedEvent watched) => (watched.Position, watched.HasMissed);

    private static (string, Guid, DeliveryState, OutcomeKind?, string?) Essence(NotifyEvent happened)
    {
        var settled = Assert.IsType<DeliveryEventData>(happened.Data);
        return (happened.Type, settled.NotificationId, settled.State, settled.Outcome, settled.Reason);
    }

    private static NotifyEvent CreateEvent(string user, string tenant = Trigger.DefaultTenant, string? reason = null) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            Type = NotifyEventTypes.DeliverySent,
            OccurredAt = DateTimeOffset.UnixEpoch,
            Tenant = tenant,
            Data = new DeliveryEventData
            {
                NotificationId = Guid.CreateVersion7(),
                DeliveryId = Guid.CreateVersion7(),
                User = user,
                Channel = Channel.Email,
                Provider = "mail",
                State = DeliveryState.Sent,
                Reason = reason,
            },
        };
}
