using Microsoft.Extensions.DependencyInjection;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;
using Notify.Conformance.Storage;
using Notify.Providers;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>Tests of guarantees that hold while several processes use one database.</summary>
public sealed class SeveralProcessesTests(MongoDbServer server) : TestDatabase(server)
{
    [Fact]
    public async Task Two_processes_lease_a_backlog_without_a_duplicate()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        EnqueueRequest[] requests = [.. Enumerable.Range(0, 9).Select(i => Request(deliveries: 100, tenant: $"tenant-{i % 3}"))];
        await stores[0].Queue.EnqueueAsync(requests, Cancellation);

        var leased = await Task.WhenAll(stores.Select((store, i) => Task.Run(() => LeaseAllAsync(store, $"worker-{i}"))));

        Assert.Equal(
            requests.SelectMany(request => request.Deliveries).Select(queued => queued.Delivery.Id).Order(),
            leased.SelectMany(leases => leases).Select(lease => lease.Delivery.Id).Order()
        );
    }

    [Fact]
    public async Task An_idempotency_key_goes_to_exactly_one_of_many_processes()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        for (var round = 0; round < 5; round++)
        {
            var claim = new IdempotencyClaim($"order-{round}", new byte[32], Now.AddDays(1));

            var results = await Task.WhenAll(
                Enumerable.Range(0, 40).Select(i => Task.Run(() => EnqueueAsync(stores[i % 2], Request(idempotency: claim))))
            );

            var stored = Assert.Single(results, result => result.Status == EnqueueStatus.Stored);
            Assert.All(results, result => Assert.Equal(stored.NotificationId, result.NotificationId));
        }

        Assert.Equal(5, await CountAsync("notifications"));
    }

    [Fact]
    public async Task Processes_whose_batches_name_the_same_keys_in_another_order_do_not_wait_in_a_circle()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        IdempotencyClaim[] claims =
        [
            .. Enumerable.Range(0, 30).Select(i => new IdempotencyClaim($"order-{i}", new byte[32], Now.AddDays(1))),
        ];
        EnqueueRequest[] forwards = [.. claims.Select(claim => Request(idempotency: claim))];
        EnqueueRequest[] backwards = [.. claims.Reverse().Select(claim => Request(idempotency: claim))];

        var results = await Task.WhenAll(
            stores[0].Queue.EnqueueAsync(forwards, Cancellation).AsTask(),
            stores[1].Queue.EnqueueAsync(backwards, Cancellation).AsTask()
        );

        Assert.Equal(30, results.SelectMany(all => all).Count(result => result.Status == EnqueueStatus.Stored));
        Assert.Equal(
            results[0].Select(result => result.NotificationId),
            results[1].Reverse().Select(result => result.NotificationId)
        );
    }

    [Fact]
    public async Task A_key_that_has_expired_goes_to_exactly_one_of_many_processes()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        await EnqueueAsync(stores[0], Request(idempotency: new IdempotencyClaim("order", new byte[32], Now)));

        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(i =>
                    Task.Run(() =>
                        EnqueueAsync(
                            stores[i % 2],
                            Request(idempotency: new IdempotencyClaim("order", new byte[32], Now.AddDays(1)))
                        )
                    )
                )
        );

        Assert.Single(results, result => result.Status == EnqueueStatus.Stored);
        Assert.Equal(39, results.Count(result => result.Status == EnqueueStatus.Duplicate));
    }

    [Fact]
    public async Task Exactly_one_of_a_collapse_key_waits_however_many_processes_enqueue_it()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        var to = new Address(Channel.Email, "ada@example.org");

        await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(i =>
                    Task.Run(() =>
                        EnqueueAsync(stores[i % 2], Request(change: delivery => delivery with { CollapseKey = "score", To = to }))
                    )
                )
        );

        Assert.Equal(1, await CountAsync("deliveries", "{ dueAt: { $exists: true } }"));
        Assert.Equal(59, await CountAsync("deliveries", "{ reason: 'superseded' }"));
    }

    [Fact]
    public async Task An_older_delivery_that_counts_late_gives_way_to_the_newer_one_all_the_same()
    {
        var store = await OpenStoreAsync();
        using var mayGoOn = new ManualResetEventSlim();
        var isAboutToCount = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var settings = MongoClientSettings.FromConnectionString(ConnectionString);
        settings.ClusterConfigurator = cluster =>
            cluster.Subscribe<CommandStartedEvent>(started =>
            {
                if (started.CommandName != "insert" || started.Command["insert"] != "notifications")
                    return;
                isAboutToCount.TrySetResult();
                mayGoOn.Wait(Cancellation);
            });
        using var client = new MongoClient(settings);
        await using var slow = await ConformanceStore.OpenAsync(notifications =>
            notifications.UseMongoDb(options => (options.Client, options.Database) = (client, Name))
        );
        var to = new Address(Channel.Email, "ada@example.org");
        var older = Request(change: delivery => delivery with { CollapseKey = "score", To = to });
        var newer = Request(change: delivery => delivery with { CollapseKey = "score", To = to });

        var enqueuing = Task.Run(() => EnqueueAsync(slow, older));
        await isAboutToCount.Task;
        await EnqueueAsync(store, newer);
        mayGoOn.Set();
        await enqueuing;

        Assert.Equal(newer.Deliveries[0].Delivery.Id, Assert.Single(await LeaseAsync(store)).Delivery.Id);
    }

    [Fact]
    public async Task A_chain_falls_back_when_its_last_two_hopes_fail_in_two_processes_at_once()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        for (var round = 0; round < 20; round++)
        {
            var request = ChainOfTwoAndOne();
            var standIn = request.Deliveries[2].Delivery;
            await EnqueueAsync(stores[0], request);
            var leases = await LeaseAsync(stores[0]);
            Assert.Equal(2, leases.Count);

            await Task.WhenAll(
                leases.Select(
                    (lease, i) =>
                        Task.Run(async () =>
                            await stores[i].Queue.SettleAsync([Ended(lease, DeliveryState.DeadLetter)], Cancellation)
                        )
                )
            );

            Assert.Equal(standIn.Id, Assert.Single(await LeaseAsync(stores[0])).Delivery.Id);
        }
    }

    [Fact]
    public async Task A_token_that_moves_between_users_belongs_to_one_of_them_however_many_processes_register_it()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];

        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i =>
                    Task.Run(async () => await stores[i % 2].Devices.RegisterAsync(GetDevice($"u{i % 4}", "token"), Cancellation))
                )
        );

        Assert.Single(await stores[0].Devices.FindAsync(Tenant, ["u0", "u1", "u2", "u3"], Cancellation));
    }

    [Fact]
    public async Task A_dead_token_is_pruned_by_exactly_one_of_many_processes()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        await stores[0].Devices.RegisterAsync(GetDevice("u", "token"), Cancellation);

        var pruned = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i =>
                    Task.Run(async () => await stores[i % 2].Devices.PruneAsync(Tenant, null, "token", "gone", Now, Cancellation))
                )
        );

        Assert.Single(pruned, wasFirst => wasFirst);
    }

    [Fact]
    public async Task Settlements_of_which_some_are_stale_are_told_apart()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        await EnqueueAsync(stores[0], Request(deliveries: 40));
        var leases = await LeaseAsync(stores[0]);

        var applied = await Task.WhenAll(
            stores.Select(store =>
                Task.Run(async () =>
                    await store.Queue.SettleAsync([.. leases.Select(lease => Ended(lease, DeliveryState.Sent))], Cancellation)
                )
            )
        );

        Assert.All(Enumerable.Range(0, 40), i => Assert.True(applied[0][i] ^ applied[1][i]));
    }

    [Fact]
    public async Task Erasures_of_several_users_of_one_notification_leave_none_of_their_addresses()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        var number = 0;
        var request = Request(deliveries: 13, change: delivery =>
            delivery with
            {
                UserId = $"u{number}",
                To = new Address(Channel.Email, $"u{number++}@example.org"),
            }
        );
        Recipient[] all = [.. request.Deliveries.Select(queued => Recipient.Email(queued.Delivery.To.Value))];
        var trigger = request.Notification.Trigger with { To = RecipientList.Create(all) };
        await EnqueueAsync(stores[0], request with { Notification = request.Notification with { Trigger = trigger } });

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => EraseAsync(stores[i % 2], $"u{i}"))));

        var notification = await stores[0].Notifications.FindAsync(Tenant, request.Notification.Id, Cancellation);
        Assert.Equal([all[12]], notification!.Trigger.To);
        Assert.Equal("Hello", Assert.Single(notification.Contents).Content.Body);

        static async Task EraseAsync(ConformanceStore store, string user) =>
            await store.Erasures.EraseDeliveriesAsync(
                new ErasureBatch
                {
                    Erasures = [new Erasure(Tenant, user, Now)],
                    After = Guid.Empty,
                    Limit = 100,
                    Now = Now,
                },
                Cancellation
            );
    }

    private static Device GetDevice(string userId, string token) =>
        new()
        {
            Tenant = Tenant,
            Id = "d",
            UserId = userId,
            Platform = Platform.Ios,
            Token = token,
            RegisteredAt = Now,
            LastSeenAt = Now,
        };

    private EnqueueRequest ChainOfTwoAndOne()
    {
        var chain = Guid.CreateVersion7(Now);
        var step = 0;
        return Request(deliveries: 3, change: delivery =>
            step++ < 2
                ? delivery with
                {
                    UserId = "u",
                    Fallback = new FallbackPlace(chain, 0),
                }
                : delivery with
                {
                    UserId = "u",
                    Fallback = new FallbackPlace(chain, 1),
                    DueAt = Now.AddMinutes(5),
                }
        );
    }

    private static async Task<List<Lease>> LeaseAllAsync(ConformanceStore store, string owner)
    {
        var all = new List<Lease>();
        while (await LeaseAsync(store, owner, max: 50) is { Count: > 0 } leases)
            all.AddRange(leases);
        return all;
    }
}
