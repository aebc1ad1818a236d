using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Redis.Tests;

/// <summary>Whole applications: what one settles, those who watch in another see.</summary>
public sealed class FeedTests(RedisServer redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watcher_sees_what_any_process_settles_once_and_of_its_tenant_alone()
    {
        var configure = await redis.FreshAsync();
        await using var here = await Application.StartAsync(configure);
        await using var there = await Application.StartAsync(configure);
        using var seenHere = here.Watch();
        using var seenThere = there.Watch();
        await there.SettleUntilSeenAsync(seenHere);
        await here.SettleUntilSeenAsync(seenThere);

        var (ours, theirs, others) = (await here.SettleAsync(), await there.SettleAsync(), await there.SettleAsync("other"));
        await there.SettleUntilSeenAsync(seenHere);
        await here.SettleUntilSeenAsync(seenThere);

        foreach (var seen in new[] { seenHere, seenThere })
        {
            await seen.SeeAsync(ours);
            await seen.SeeAsync(theirs);
            Assert.Single(seen.Notifications, ours);
            Assert.Single(seen.Notifications, theirs);
            Assert.DoesNotContain(others, seen.Notifications);
        }
    }

    [Fact]
    public async Task A_watcher_sees_what_its_own_process_settles_while_Redis_is_away_and_the_others_when_it_is_back()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var here = await Application.StartAsync(Hasty(server.Address));
        await using var there = await Application.StartAsync(Hasty(server.Address));
        using var seen = here.Watch();
        await there.SettleUntilSeenAsync(seen);

        await server.StopAsync();
        var alone = await here.SettleAsync();
        await seen.SeeAsync(alone);
        await server.RestartAsync();

        await there.SettleUntilSeenAsync(seen);
    }

    [Fact]
    public async Task A_watcher_that_comes_back_sees_what_other_processes_settled_meanwhile()
    {
        var configure = await redis.FreshAsync();
        await using var here = await Application.StartAsync(configure);
        await using var there = await Application.StartAsync(configure);
        Guid position;
        using (var seen = here.Watch())
        {
            await there.SettleUntilSeenAsync(seen);
            position = seen.Position;
        }

        var meanwhile = new List<Guid>();
        for (var i = 0; i < 20; i++)
            meanwhile.Add(await (i % 2 == 0 ? there : here).SettleAsync());
        using var again = here.Watch(position);
        await there.SettleUntilSeenAsync(again);
        foreach (var id in meanwhile)
            await again.SeeAsync(id);

        Assert.False(again.HasMissed);
        Assert.All(meanwhile, id => Assert.Single(again.Notifications, id));
    }

    [Fact]
    public async Task Nothing_is_published_while_nobody_watches()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var here = await Application.StartAsync(Hasty(server.Address), TimeSpan.Zero);
        await using var there = await Application.StartAsync(Hasty(server.Address), TimeSpan.Zero);
        using (var seen = here.Watch())
            await there.SettleUntilSeenAsync(seen);
        await Eventually.TrueAsync(async () => !await HasListenerAsync(server, unknown: true), "the end of listening");
        await Eventually.TrueAsync(() => !there.IsHeard, "the other process to know");

        var published = await PublishedAsync(server);
        await there.SettleAsync();
        await there.StopAsync();

        Assert.Equal(published, await PublishedAsync(server));
    }

    [Fact]
    public async Task A_watcher_sees_other_processes_over_a_cluster_also_after_any_of_its_masters_was_lost()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var here = await Application.StartAsync(Hasty(cluster.ConnectionString));
        await using var there = await Application.StartAsync(Hasty(cluster.ConnectionString));
        using var seen = here.Watch();
        await there.SettleUntilSeenAsync(seen);

        await cluster.ExpectLossAsync();
        var listenedTo = await Eventually.FindAsync(() => cluster.FindAsync(HasListenerAsync), "a node with a listener");
        await listenedTo.StopAsync();

        await there.SettleUntilSeenAsync(seen);
    }

    [Fact]
    public async Task A_watcher_sees_other_processes_after_the_sentinels_made_a_replica_the_master()
    {
        await using var group = await RedisSentinelGroup.StartAsync();
        await using var here = await Application.StartAsync(Hasty(group.ConnectionString));
        await using var there = await Application.StartAsync(Hasty(group.ConnectionString));
        using var seen = here.Watch();
        await there.SettleUntilSeenAsync(seen);

        await group.ExpectLossAsync();
        await group.Master.StopAsync();
        await Eventually.FindAsync(group.FindNewMasterAsync, "the replica to be the master");

        await there.SettleUntilSeenAsync(seen);
    }

    private static Task<bool> HasListenerAsync(RedisProcess server) => HasListenerAsync(server, unknown: false);

    /// <summary>Returns whether a server has a listener; <paramref name="unknown"/> if it does not answer.</summary>
    private static async Task<bool> HasListenerAsync(RedisProcess server, bool unknown) =>
        await server.TryAskAsync("PUBSUB NUMSUB notify:events") is ['*', ..] reply
            ? reply is not [.., ':', '0', '\r', '\n']
            : unknown;

    private static async Task<string?> PublishedAsync(RedisProcess server) =>
        (await server.AskAsync("INFO commandstats"))
            .Split('\n')
            .SingleOrDefault(line => line.StartsWith("cmdstat_publish:", StringComparison.Ordinal));

    private static Action<RedisOptions> Hasty(string connectionString) =>
        options =>
            (options.ConnectionString, options.Timeout, options.RetryAfter) = (
                connectionString,
                TimeSpan.FromSeconds(2),
                TimeSpan.FromMilliseconds(100)
            );

    /// <summary>A watcher of the feed that collects the events since it was created.</summary>
    private sealed class Watching : IDisposable
    {
        private readonly CancellationTokenSource _gone = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        public Watching(IEventFeed feed, Guid? after = null)
        {
            var watch = new EventWatch
            {
                Tenant = Trigger.DefaultTenant,
                After = after,
                Types = ["delivery.*"],
            };
            _ = ReadAsync(feed.WatchAsync(watch, _gone.Token));
        }

        public ConcurrentQueue<Guid> Notifications { get; } = new();

        public Guid Position { get; private set; }

        public bool HasMissed { get; private set; }

        /// <summary>Waits for a settlement, because a later one of another process may overtake it.</summary>
        public Task SeeAsync(Guid id) => Eventually.TrueAsync(() => Notifications.Contains(id), "the settlement to be seen");

        public void Dispose() => _gone.Cancel();

        private async Task ReadAsync(IAsyncEnumerable<WatchedEvent> watching)
        {
            await foreach (var watched in watching)
            {
                Position = watched.Position;
                HasMissed |= watched.HasMissed;
                if (watched.Event?.Data is DeliveryEventData settled)
                    Notifications.Enqueue(settled.NotificationId);
            }
        }
    }

    private sealed class Application(IHost host) : IAsyncDisposable
    {
        public bool IsHeard => host.Services.GetServices<IEventSink>().Any(sink => sink.Wants(NotifyEventTypes.DeliverySent));

        public static async Task<Application> StartAsync(Action<RedisOptions> configure, TimeSpan? history = null)
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder
                .Services.AddNotifications(options =>
                {
                    options.PollInterval = TimeSpan.FromMilliseconds(20);
                    options.EventHistory = history ?? options.EventHistory;
                })
                .UseInMemory()
                .UseRedis(configure)
                .AddSandbox();
            var host = builder.Build();
            await host.StartAsync(Cancellation);
            return new Application(host);
        }

        public Watching Watch(Guid? after = null) => new(host.Services.GetRequiredService<IEventFeed>(), after);

        public async Task<Guid> SettleAsync(string tenant = Trigger.DefaultTenant)
        {
            var hello = new Content { Title = "Hello", Body = "Hello" };
            var trigger = new Trigger
            {
                Tenant = tenant,
                To = Recipient.Email("ada@example.org"),
                Content = hello,
            };
            var id = (await host.Services.GetRequiredService<INotifier>().TriggerAsync(trigger, Cancellation)).Id;
            var store = host.Services.GetRequiredService<Notify.Storage.INotificationStore>();
            await Eventually.TrueAsync(
                async () =>
                    (await store.CountDeliveriesAsync(tenant, id, Cancellation)).GetValueOrDefault(DeliveryState.Sent) == 1,
                "the settlement"
            );
            return id;
        }

        /// <summary>
        /// Settles until the watcher has seen one of them: it takes a moment until processes know of each other.
        /// </summary>
        public Task SettleUntilSeenAsync(Watching seen) =>
            Eventually.TrueAsync(
                async () =>
                {
                    var id = await SettleAsync();
                    await Task.Delay(20, Cancellation);
                    return seen.Notifications.Contains(id);
                },
                "the watcher to see a settlement"
            );

        public Task StopAsync() => host.StopAsync(Cancellation);

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }
}
