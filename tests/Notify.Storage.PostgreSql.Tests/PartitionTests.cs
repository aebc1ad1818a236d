using Notify.Conformance.Storage;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>How notifications are kept by time, and how those of a time go at once.</summary>
public sealed class PartitionTests(PostgreSqlServer server) : TestDatabase(server)
{
    private readonly ManualTime _time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Partitions_are_made_ahead_for_as_long_as_somebody_works()
    {
        var store = await OpenStoreAsync(time: _time);

        for (var day = 0; day < 100; day++)
        {
            await store.Queue.EnqueueAsync([Request(acceptedAt: _time.GetUtcNow())], Cancellation);
            _time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM notify.notification_rest"));
        Assert.InRange(await ScalarAsync<long>("SELECT count(DISTINCT tableoid) FROM notify.notification"), 14, 16);
    }

    [Fact]
    public async Task What_is_found_by_its_id_is_looked_for_in_one_partition()
    {
        await OpenStoreAsync(time: _time);

        var find = $"SELECT contents FROM notify.notification WHERE id = ANY(ARRAY['{Guid.CreateVersion7()}'::uuid])";
        var plan = await ScalarAsync<string>($"EXPLAIN (FORMAT JSON) {find}");

        Assert.Contains("notification_first", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("notification_rest", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Append", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partition_is_dropped_whole_once_all_of_it_has_ended_and_is_past_retention()
    {
        var store = await OpenStoreAsync(time: _time);
        var ended = await AcceptAsync(store, TimeSpan.Zero);
        var waiting = await AcceptAsync(store, TimeSpan.FromDays(8), delivery =>
            delivery with
            {
                DueAt = delivery.DueAt.AddDays(30),
            }
        );
        var endedBeside = await AcceptAsync(store, TimeSpan.Zero);
        var young = await AcceptAsync(store, TimeSpan.FromDays(12));
        await EndAllAsync(store);

        await PurgeAsync(store, TimeSpan.FromDays(1));

        Assert.False(await ExistsAsync("notification_first"));
        Assert.Null(await FindAsync(store, ended));
        Assert.Null(await FindAsync(store, endedBeside));
        Assert.NotNull(await FindAsync(store, waiting));
        Assert.NotNull(await FindAsync(store, young));
        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM notify.notification"));

        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal("Hello", Assert.Single(await EndAllAsync(store)).Delivery.Content.Body);
        await PurgeAsync(store, TimeSpan.FromDays(1));
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM notify.notification"));
    }

    [Fact]
    public async Task A_partition_that_is_in_use_is_dropped_later_and_nobody_waits_for_it()
    {
        var store = await OpenStoreAsync(time: _time);
        await AcceptAsync(store, TimeSpan.Zero);
        await EndAllAsync(store);
        _time.Advance(TimeSpan.FromDays(20));
        await using (var other = await ConnectAsync())
        {
            await using var transaction = await other.BeginTransactionAsync(Cancellation);
            await ExecuteAsync(other, "SELECT count(*) FROM notify.notification");

            await PurgeAsync(store, TimeSpan.FromDays(1));

            Assert.True(await ExistsAsync("notification_first"));
            await AcceptAsync(store, TimeSpan.Zero);
        }

        await PurgeAsync(store, TimeSpan.FromDays(1));
        Assert.False(await ExistsAsync("notification_first"));
    }

    [Fact]
    public async Task Purging_at_the_same_time_in_many_processes_drops_each_partition_once()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenStoreAsync(time: _time)));
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Add(await AcceptAsync(stores[0], TimeSpan.FromDays(7)));
        await EndAllAsync(stores[0]);
        _time.Advance(TimeSpan.FromDays(30));

        await Task.WhenAll(stores.Select(store => Task.Run(() => PurgeAsync(store, TimeSpan.FromDays(1)))));

        // A purge skips a partition that it cannot lock within 200 ms; the next purge drops it.
        await PurgeAsync(stores[0], TimeSpan.FromDays(1));
        foreach (var id in ids)
            Assert.Null(await FindAsync(stores[1], id));
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM notify.notification"));
    }

    [Fact]
    public async Task A_notification_of_a_clock_that_is_ahead_is_kept_sent_and_purged_like_any_other()
    {
        var store = await OpenStoreAsync(time: _time);
        var ahead = Request(acceptedAt: _time.GetUtcNow().AddDays(40));
        await store.Queue.EnqueueAsync([ahead], Cancellation);
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM notify.notification_rest"));

        for (var i = 0; i < 9; i++)
            await AcceptAsync(store, TimeSpan.FromDays(7));
        await EndAllAsync(store);
        await PurgeAsync(store, TimeSpan.FromDays(-1));

        Assert.Null(await FindAsync(store, ahead.Notification.Id));
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM notify.notification_rest"));
    }

    /// <summary>Lets time pass, and accepts a notification.</summary>
    private async Task<Guid> AcceptAsync(ConformanceStore store, TimeSpan after, Func<Delivery, Delivery>? change = null)
    {
        _time.Advance(after);
        var request = Request(acceptedAt: _time.GetUtcNow(), change: change);
        await store.Queue.EnqueueAsync([request], Cancellation);
        return request.Notification.Id;
    }

    private async Task<IReadOnlyList<Lease>> EndAllAsync(ConformanceStore store)
    {
        var leases = await LeaseAsync(store, "worker", now: _time.GetUtcNow());
        await store.Queue.SettleAsync([.. leases.Select(lease => Ended(lease, DeliveryState.Sent))], Cancellation);
        return leases;
    }

    private async Task PurgeAsync(ConformanceStore store, TimeSpan retention) =>
        await store.Retention.PurgeNotificationsAsync(_time.GetUtcNow() - retention, 100, Cancellation);

    private static async Task<Notification?> FindAsync(ConformanceStore store, Guid id) =>
        await store.Notifications.FindAsync(Tenant, id, Cancellation);

    private Task<bool> ExistsAsync(string partition) =>
        ScalarAsync<bool>($"SELECT to_regclass('notify.{partition}') IS NOT NULL");
}
