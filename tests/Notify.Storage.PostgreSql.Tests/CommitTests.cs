using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>How callers share commits, and what a lost connection leaves behind.</summary>
public sealed class CommitTests(PostgreSqlServer server) : TestDatabase(server)
{
    [Fact]
    public async Task Notifications_that_come_while_a_commit_is_in_flight_share_the_next_one()
    {
        using var sizes = new CommitSizes();
        var store = await OpenStoreAsync();
        await using var other = await ConnectAsync();
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(other, "LOCK TABLE notify.notification IN SHARE MODE");

        var first = store.Queue.EnqueueAsync([Request()], Cancellation).AsTask();
        await WaitingBackendAsync();
        Task<IReadOnlyList<EnqueueResult>>[] next =
        [
            .. Enumerable.Range(0, 123).Select(_ => store.Queue.EnqueueAsync([Request()], Cancellation).AsTask()),
        ];
        await transaction.RollbackAsync(Cancellation);
        await first;
        await Task.WhenAll(next);

        Assert.Equal(124, await ScalarAsync<long>("SELECT count(*) FROM notify.delivery"));
        // Two commits may be in flight, so a second one can begin before all of the calls have come.
        Assert.InRange(await ScalarAsync<long>("SELECT count(DISTINCT xmin::text) FROM notify.notification"), 2, 3);
        Assert.Contains(sizes.Seen, size => size is >= 62 and <= 123);
    }

    [Fact]
    public async Task Settlements_that_come_while_a_commit_is_in_flight_share_the_next_one()
    {
        var store = await OpenStoreAsync();
        await store.Queue.EnqueueAsync([Request(deliveries: 51)], Cancellation);
        var leases = await LeaseAsync(store, "worker");
        await using var other = await ConnectAsync();
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(other, "LOCK TABLE notify.delivery IN SHARE MODE");

        var first = store.Queue.SettleAsync([Ended(leases[0], DeliveryState.Sent)], Cancellation).AsTask();
        await WaitingBackendAsync();
        Task<IReadOnlyList<bool>>[] next =
        [
            .. leases.Skip(1).Select(lease => store.Queue.SettleAsync([Ended(lease, DeliveryState.Sent)], Cancellation).AsTask()),
        ];
        await transaction.RollbackAsync(Cancellation);

        Assert.True((await first)[0]);
        Assert.All(await Task.WhenAll(next), applied => Assert.True(applied[0]));
        Assert.InRange(await ScalarAsync<long>("SELECT count(DISTINCT xmin::text) FROM notify.delivery"), 2, 3);
    }

    [Fact]
    public async Task A_request_that_fails_does_not_take_the_others_of_its_commit_along()
    {
        var store = await OpenStoreAsync();
        await using var other = await ConnectAsync();
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(other, "LOCK TABLE notify.notification IN SHARE MODE");
        var known = Request();

        var first = store.Queue.EnqueueAsync([known], Cancellation).AsTask();
        await WaitingBackendAsync();
        var repeated = store.Queue.EnqueueAsync([known], Cancellation).AsTask();
        Task<IReadOnlyList<EnqueueResult>>[] good =
        [
            .. Enumerable.Range(0, 20).Select(_ => store.Queue.EnqueueAsync([Request()], Cancellation).AsTask()),
        ];
        await transaction.RollbackAsync(Cancellation);

        await first;
        Assert.All(await Task.WhenAll(good), results => Assert.Equal(EnqueueStatus.Stored, results[0].Status));
        await Assert.ThrowsAsync<PostgresException>(() => repeated);
        Assert.Equal(21, await ScalarAsync<long>("SELECT count(*) FROM notify.notification"));
    }

    [Fact]
    public async Task A_settlement_whose_connection_is_killed_leaves_nothing_behind_and_succeeds_when_repeated()
    {
        var store = await OpenStoreAsync();
        var request = Request(deliveries: 2);
        await store.Queue.EnqueueAsync([request], Cancellation);
        var leases = await LeaseAsync(store, "worker");
        await using var other = await ConnectAsync();
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(other, $"SELECT 1 FROM notify.delivery WHERE id = '{leases[1].Delivery.Id}' FOR UPDATE");

        var settling = store
            .Queue.SettleAsync([.. leases.Select(lease => Ended(lease, DeliveryState.Sent))], Cancellation)
            .AsTask();
        Assert.True(await ScalarAsync<bool>($"SELECT pg_terminate_backend({await WaitingBackendAsync()})"));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => settling);
        await transaction.RollbackAsync(Cancellation);
        Assert.Equal(
            2,
            (await store.Notifications.CountDeliveriesAsync(Tenant, request.Notification.Id, Cancellation))[DeliveryState.Pending]
        );

        var applied = await store.Queue.SettleAsync([.. leases.Select(lease => Ended(lease, DeliveryState.Sent))], Cancellation);

        Assert.Equal([true, true], applied);
        var records = await store.Notifications.ListDeliveriesAsync(Tenant, request.Notification.Id, null, 10, Cancellation);
        Assert.All(records, record => Assert.Equal((DeliveryState.Sent, 1), (record.State, record.Attempts.Count)));
    }

    [Fact]
    public async Task An_enqueue_whose_connection_is_killed_stores_nothing_and_succeeds_when_repeated()
    {
        var store = await OpenStoreAsync();
        var request = Request(deliveries: 3);
        await using var other = await ConnectAsync();
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(other, "LOCK TABLE notify.delivery IN SHARE MODE");

        var enqueuing = store.Queue.EnqueueAsync([request], Cancellation).AsTask();
        Assert.True(await ScalarAsync<bool>($"SELECT pg_terminate_backend({await WaitingBackendAsync()})"));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => enqueuing);
        await transaction.RollbackAsync(Cancellation);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM notify.notification"));

        Assert.Equal(EnqueueStatus.Stored, (await store.Queue.EnqueueAsync([request], Cancellation))[0].Status);
        Assert.Equal(3, await ScalarAsync<long>("SELECT count(*) FROM notify.delivery"));
    }

    [Fact]
    public async Task A_reason_that_PostgreSQL_text_cannot_hold_is_settled_all_the_same()
    {
        var store = await OpenStoreAsync();
        var request = Request();
        await store.Queue.EnqueueAsync([request], Cancellation);
        var lease = Assert.Single(await LeaseAsync(store, "worker"));

        var applied = await store.Queue.SettleAsync(
            [Ended(lease, DeliveryState.DeadLetter) with { Reason = "bad\0byte \uD800 half" }],
            Cancellation
        );

        Assert.True(applied[0]);
        var record = Assert.Single(
            await store.Notifications.ListDeliveriesAsync(Tenant, request.Notification.Id, null, 10, Cancellation)
        );
        Assert.Equal("bad\uFFFDbyte \uFFFD half", record.Reason);
    }

    [Fact]
    public async Task A_due_time_between_two_microseconds_is_kept_as_the_later_one()
    {
        var store = await OpenStoreAsync();
        var due = Now.AddTicks(3);
        await store.Queue.EnqueueAsync([Request(change: delivery => delivery with { DueAt = due })], Cancellation);

        Assert.Empty(await LeaseAsync(store, "worker"));
        Assert.Equal(
            Now.AddTicks(TimeSpan.TicksPerMicrosecond),
            Assert.Single(await LeaseAsync(store, "worker", now: due)).Delivery.DueAt
        );
    }

    /// <summary>The process id of the store's backend that waits for a lock.</summary>
    private async Task<int> WaitingBackendAsync()
    {
        var backend = await Eventually.FindAsync(
            async () =>
                await ScalarAsync<string>(
                    "SELECT COALESCE(max(pid), 0)::text FROM pg_stat_activity "
                        + "WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                    is var pid
                && pid != "0"
                    ? pid
                    : null,
            "a statement of the store to wait for the lock"
        );
        return int.Parse(backend, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>How many writes shared each commit, as metrics say.</summary>
    private sealed class CommitSizes : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<int> _seen = new();

        public CommitSizes()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == NotifyTelemetry.Name && instrument.Name == "notify.store.commit.size")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>(
                (_, size, tags, _) =>
                {
                    if (tags.ToArray().Contains(new KeyValuePair<string, object?>("store", "postgresql")))
                        _seen.Enqueue(size);
                }
            );
            _listener.Start();
        }

        public IEnumerable<int> Seen => _seen;

        public void Dispose() => _listener.Dispose();
    }
}
