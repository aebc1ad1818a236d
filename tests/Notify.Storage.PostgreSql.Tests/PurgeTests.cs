using System.Text.Json;
using Microsoft.Extensions.Options;
using Notify.Engines;
using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Stores;
using Notify.TestSupport;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>The steps of a purge of deliveries: what they read, and the rests between them.</summary>
public sealed class PurgeTests(PostgreSqlServer server) : TestDatabase(server)
{
    private const int Most = 500;

    private static readonly DateTimeOffset Accepted = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Of 20,000 notifications, the first 2,000 have ended, and the others wait. A step reads the few rows that it deletes.
    /// </summary>
    [Fact]
    public async Task A_step_reads_the_rows_that_it_deletes_and_not_those_that_wait()
    {
        await OpenStoreAsync();
        await using var connection = await ConnectAsync();
        await FillAsync(connection, ended: 2_000, waiting: 18_000);
        await ExecuteAsync(connection, "ANALYZE");

        var find = await ExplainAsync(connection, DeliveryPurge.FindOld("notify"), Guid.Empty, Guid.AllBitsSet, Most);
        Assert.Equal(Most, QueryPlan.Count(find, "Actual Rows"));
        Assert.InRange(QueryPlan.CountRead(find), Most, 10 * Most);

        var next = await ExplainAsync(connection, DeliveryPurge.FindNext("notify"), CreateId(1), Guid.AllBitsSet);
        Assert.Equal(1, QueryPlan.Count(next, "Actual Rows"));
        Assert.InRange(QueryPlan.CountRead(next), 1, 10);

        Guid[] ended = [.. Enumerable.Range(1, Most).Select(CreateId)];
        var purge = await ExplainAsync(connection, DeliveryPurge.Purge("notify"), ended, Accepted.AddYears(1).UtcDateTime, Most);
        Assert.Equal(Most, QueryPlan.Count(purge, "Actual Rows"));
        Assert.InRange(QueryPlan.CountRead(purge), Most, 10 * Most);
        Assert.Equal(19_500, await CountAsync());
    }

    [Fact]
    public async Task A_purge_rests_after_each_step()
    {
        await OpenStoreAsync();
        await using var connection = await ConnectAsync();
        await FillAsync(connection, ended: 25, waiting: 25);
        await using var database = new StoreDatabase(
            Options.Create(new PostgreSqlStoreOptions { ConnectionString = ConnectionString }),
            TimeProvider.System
        );
        var clock = new SteppingTime();
        var purge = new DeliveryPurge(database, new PurgeSteps(database, clock));

        var running = purge.RunAsync(Accepted.AddYears(1), most: 10, Cancellation).AsTask();

        for (var kept = 50; kept > 25 && !running.IsCompleted; )
        {
            await Eventually.TrueAsync(() => Task.FromResult(clock.Time.TimersWaiting == 1 || running.IsCompleted), "a rest");
            var now = (int)await CountAsync();
            Assert.InRange(kept - now, 0, 10);
            kept = now;
            clock.EndRest();
        }

        await Eventually.TrueAsync(
            () =>
            {
                clock.Time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(running.IsCompleted);
            },
            "the end of the purge"
        );
        Assert.Equal(25, await running);
        Assert.Equal(25, await CountAsync());
        Assert.True(clock.Time.TimersCreated >= 3, $"{clock.Time.TimersCreated} rests");
    }

    private Task<long> CountAsync() => ScalarAsync<long>("SELECT count(*) FROM notify.delivery");

    private static Task FillAsync(NpgsqlConnection connection, int ended, int waiting) =>
        ExecuteAsync(
            connection,
            $"""
            INSERT INTO notify.delivery (id, notification_id, tenant, priority, channel, address, provider, content_index,
                    accepted_at, not_before, expires_at, fence, attempts_spent, retry_delay_ticks, state, due_at)
                SELECT lpad(to_hex(i), 32, '0')::uuid, lpad(to_hex(i), 32, '0')::uuid, 't', 1, 'email', 'a', 'mail', 0,
                    '{Accepted:O}', now(), now(), 0, 0, 0, (i <= {ended})::int, CASE WHEN i > {ended} THEN now() END
                FROM generate_series(1, {ended + waiting}) i;
            """
        );

    private static Guid CreateId(int number) => Guid.ParseExact(number.ToString("x32"), "N");

    private static async Task<JsonElement> ExplainAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return JsonElement.Parse((string)(await command.ExecuteScalarAsync(Cancellation))!)[0].GetProperty("Plan");
    }

    /// <summary>A clock in which a step takes time: each timestamp is a millisecond later than the one before.</summary>
    private sealed class SteppingTime : TimeProvider
    {
        public ManualTime Time { get; } = new();

        public override long TimestampFrequency => Time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => Time.GetUtcNow();

        public override long GetTimestamp()
        {
            Time.Advance(TimeSpan.FromMilliseconds(1));
            return Time.GetTimestamp();
        }

        /// <summary>
        /// Ends the current rest and no other: a longer advance would also end the next one, if the step in between is fast.
        /// </summary>
        public void EndRest()
        {
            for (var fired = Time.TimersFired; Time.TimersFired == fired && Time.TimersWaiting > 0; )
                Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            Time.CreateTimer(callback, state, dueTime, period);
    }
}
