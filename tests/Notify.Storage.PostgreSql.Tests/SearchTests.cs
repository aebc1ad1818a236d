using System.Text.Json;
using Notify.Engines;
using Notify.Storage.PostgreSql.Stores;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>The plans of searches for notifications by what became of them.</summary>
public sealed class SearchTests(PostgreSqlServer server) : TestDatabase(server)
{
    private const int Limit = 10;

    /// <summary>
    /// The oldest 20 of 20,000 notifications failed, and so on. A search reads these few, and not all that were sent since: with
    /// statistics of the tables and without.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_search_for_few_reads_few_rows(bool analyzed)
    {
        await OpenStoreAsync();
        await using var connection = await ConnectAsync();
        await FillAsync(connection, analyzed);

        foreach (
            var (part, most) in new[]
            {
                (ProgressPart.DeadLetter, 400),
                (ProgressPart.Cancelled, 400),
                (ProgressPart.Waiting, 800),
            }
        )
        {
            var plan = await ExplainAsync(connection, new SearchQueries("notify").Create(part, hasChannel: false, labels: 0));
            Assert.Equal(Limit, QueryPlan.Count(plan, "Actual Rows"));
            Assert.True(QueryPlan.CountRead(plan) < most, $"{part}: {QueryPlan.CountRead(plan)} rows\n{plan}");
        }

        // A search without an index examines as many as it may, and reads none of them.
        var none = await ExplainAsync(connection, new SearchQueries("notify").Create(null, hasChannel: true, labels: 0));
        Assert.Equal(1, QueryPlan.Count(none, "Actual Rows"));
        Assert.InRange(QueryPlan.CountRead(none), 1_000, 20_000);
    }

    private static Task FillAsync(NpgsqlConnection connection, bool analyzed) =>
        ExecuteAsync(
            connection,
            $"""
            INSERT INTO notify.notification (id, tenant, accepted_at, expires_at, trigger, contents)
                SELECT lpad(to_hex(i), 32, '0')::uuid, 't', now(), now(), '', '' FROM generate_series(1, 20000) i;
            INSERT INTO notify.delivery (id, notification_id, tenant, priority, channel, address, provider, content_index,
                    accepted_at, not_before, expires_at, fence, attempts_spent, retry_delay_ticks, state, due_at, reason)
                SELECT lpad(to_hex(i), 32, '0')::uuid, lpad(to_hex(i), 32, '0')::uuid, 't', 1, 'email', 'a', 'mail', 0,
                    now(), now(), now(), 0, 0, 0,
                    CASE WHEN i <= 20 THEN 2 WHEN i <= 40 THEN 3 WHEN i <= 60 THEN 0 ELSE 1 END,
                    CASE WHEN i BETWEEN 41 AND 60 THEN now() END, CASE WHEN i BETWEEN 21 AND 40 THEN 'cancelled' END
                FROM generate_series(1, 20000) i;
            {(analyzed ? "ANALYZE" : "")}
            """
        );

    private static async Task<JsonElement> ExplainAsync(NpgsqlConnection connection, string query)
    {
        await using var command = new NpgsqlCommand("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + query, connection);
        foreach (var value in new object[] { "t", Guid.Empty, Guid.AllBitsSet, Limit, 1_000, 5_000L })
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = "sms" });
        return JsonElement.Parse((string)(await command.ExecuteScalarAsync(Cancellation))!)[0].GetProperty("Plan");
    }
}
