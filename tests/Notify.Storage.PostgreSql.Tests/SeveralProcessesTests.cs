using Notify.Conformance.Storage;
using Notify.Engines;
using Notify.Providers;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>Tests of guarantees that hold while several processes use one database.</summary>
public sealed class SeveralProcessesTests(PostgreSqlServer server) : TestDatabase(server)
{
    [Fact]
    public async Task Two_processes_lease_ten_thousand_deliveries_without_a_duplicate()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        EnqueueRequest[] requests =
        [
            .. Enumerable.Range(0, 10).Select(i => Request(deliveries: 1_000, tenant: $"tenant-{i % 3}")),
        ];
        await stores[0].Queue.EnqueueAsync(requests, Cancellation);

        // One process may be so late that the other leaves it nothing, so each leases some first.
        IReadOnlyList<Lease>[] first =
        [
            await LeaseAsync(stores[0], "worker-0", max: 100),
            await LeaseAsync(stores[1], "worker-1", max: 100),
        ];
        var rest = await Task.WhenAll(stores.Select((store, i) => Task.Run(() => LeaseAllAsync(store, $"worker-{i}"))));
        IReadOnlyList<Lease>[] leased = [.. first, .. rest];

        Assert.All(first, leases => Assert.NotEmpty(leases));
        Assert.Equal(10_000, leased.Sum(leases => leases.Count));
        Assert.Equal(
            requests.SelectMany(request => request.Deliveries).Select(queued => queued.Delivery.Id).Order(),
            leased.SelectMany(leases => leases).Select(lease => lease.Delivery.Id).Order()
        );
    }

    [Fact]
    public async Task Leasing_passes_over_what_another_process_is_leasing_instead_of_waiting()
    {
        var store = await OpenStoreAsync();
        var request = Request(deliveries: 2);
        await store.Queue.EnqueueAsync([request], Cancellation);
        await using var other = await ConnectAsync();
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(other, $"SELECT 1 FROM notify.delivery WHERE id = '{request.Deliveries[0].Delivery.Id}' FOR UPDATE");

        var lease = Assert.Single(await LeaseAsync(store, "worker"));

        Assert.Equal(request.Deliveries[1].Delivery.Id, lease.Delivery.Id);
    }

    [Fact]
    public async Task An_idempotency_key_goes_to_exactly_one_of_many_processes()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        for (var round = 0; round < 10; round++)
        {
            var claim = new IdempotencyClaim($"order-{round}", new byte[32], Now.AddDays(1));

            var results = await Task.WhenAll(
                Enumerable
                    .Range(0, 40)
                    .Select(i =>
                        Task.Run(async () =>
                            (await stores[i % 2].Queue.EnqueueAsync([Request(idempotency: claim)], Cancellation))[0]
                        )
                    )
            );

            var stored = Assert.Single(results, result => result.Status == EnqueueStatus.Stored);
            Assert.All(results, result => Assert.Equal(stored.NotificationId, result.NotificationId));
        }

        Assert.Equal(10, await ScalarAsync<long>("SELECT count(*) FROM notify.notification"));
    }

    [Fact]
    public async Task A_key_that_has_expired_goes_to_exactly_one_of_many_processes()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        await stores[0]
            .Queue.EnqueueAsync([Request(idempotency: new IdempotencyClaim("order", new byte[32], Now))], Cancellation);

        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(i =>
                    Task.Run(async () =>
                        (
                            await stores[i % 2]
                                .Queue.EnqueueAsync(
                                    [Request(idempotency: new IdempotencyClaim("order", new byte[32], Now.AddDays(1)))],
                                    Cancellation
                                )
                        )[0]
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
                .Range(0, 100)
                .Select(i =>
                    Task.Run(async () =>
                        await stores[i % 2]
                            .Queue.EnqueueAsync(
                                [Request(change: delivery => delivery with { CollapseKey = "score", To = to })],
                                Cancellation
                            )
                    )
                )
        );

        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM notify.delivery WHERE due_at IS NOT NULL"));
        Assert.Equal(99, await ScalarAsync<long>("SELECT count(*) FROM notify.delivery WHERE reason = 'superseded'"));
    }

    [Fact]
    public async Task A_chain_falls_back_when_its_last_two_hopes_fail_in_two_processes_at_once()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        for (var round = 0; round < 20; round++)
        {
            var request = ChainOfTwoAndOne();
            var standIn = request.Deliveries[2].Delivery;
            await stores[0].Queue.EnqueueAsync([request], Cancellation);
            var leases = await LeaseAsync(stores[0], "worker");
            Assert.Equal(2, leases.Count);

            await Task.WhenAll(
                leases.Select(
                    (lease, i) =>
                        Task.Run(async () =>
                            await stores[i].Queue.SettleAsync([Ended(lease, DeliveryState.DeadLetter)], Cancellation)
                        )
                )
            );

            Assert.Equal(standIn.Id, Assert.Single(await LeaseAsync(stores[0], "worker")).Delivery.Id);
        }
    }

    [Fact]
    public async Task A_dead_token_is_pruned_by_exactly_one_of_many_processes()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        await stores[0]
            .Devices.RegisterAsync(
                new Device
                {
                    Tenant = Tenant,
                    Id = "d",
                    UserId = "u",
                    Platform = Platform.Ios,
                    Token = "token",
                    RegisteredAt = Now,
                    LastSeenAt = Now,
                },
                Cancellation
            );

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
    public async Task A_token_that_many_devices_register_at_once_belongs_to_one_of_them()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];

        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i =>
                    Task.Run(async () =>
                        await stores[i % 2]
                            .Devices.RegisterAsync(
                                new Device
                                {
                                    Tenant = Tenant,
                                    Id = $"d{i}",
                                    UserId = "u",
                                    Platform = Platform.Ios,
                                    Token = "token",
                                    RegisteredAt = Now,
                                    LastSeenAt = Now,
                                },
                                Cancellation
                            )
                    )
                )
        );

        Assert.Single(await stores[0].Devices.FindAsync(Tenant, ["u"], Cancellation));
    }

    [Fact]
    public async Task Every_version_of_a_template_that_many_processes_save_is_kept()
    {
        ConformanceStore[] stores = [await OpenStoreAsync(), await OpenStoreAsync()];
        var template = new Template
        {
            Tenant = Tenant,
            Name = "welcome",
            SavedAt = Now,
            Variants = [new() { Body = "Hi" }],
        };

        var versions = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i => Task.Run(async () => await stores[i % 2].Templates.SaveAsync(template, 100, Cancellation)))
        );

        Assert.Equal(Enumerable.Range(1, 20), versions.Order());
    }

    private EnqueueRequest ChainOfTwoAndOne()
    {
        var chain = Guid.CreateVersion7(Now);
        var step = 0;
        return Request(deliveries: 3, change: delivery =>
            step++ < 2
                ? delivery with
                {
                    Fallback = new FallbackPlace(chain, 0),
                }
                : delivery with
                {
                    Fallback = new FallbackPlace(chain, 1),
                    DueAt = Now.AddMinutes(5),
                }
        );
    }

    private static async Task<List<Lease>> LeaseAllAsync(ConformanceStore store, string owner)
    {
        var all = new List<Lease>();
        while (await LeaseAsync(store, owner, max: 100) is { Count: > 0 } leases)
            all.AddRange(leases);
        return all;
    }
}
