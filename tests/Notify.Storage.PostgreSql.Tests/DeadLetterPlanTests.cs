using System.Text.Json;
using Notify.Engines;
using Notify.Storage.PostgreSql.Stores;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>The plans of lists and replays of dead letters.</summary>
public sealed class DeadLetterPlanTests(PostgreSqlServer server) : TestDatabase(server)
{
    private const int Limit = 100;

    private static readonly DeadLetterFilter All = new() { Tenant = "t" };

    private static readonly DeadLetterFilter Period = All with
    {
        From = DateTimeOffset.UnixEpoch.AddSeconds(2),
        To = DateTimeOffset.UnixEpoch.AddSeconds(18),
    };

    /// <summary>
    /// Of 20,000 dead letters, 1,000 ended at each time, and 20 are of a provider. A page, also one that begins between two of
    /// the same time, and a batch of a replay read about as many rows as they have: with statistics of the tables and without,
    /// and with the plan that the server makes once for all values.
    /// </summary>
    [Theory]
    [InlineData(false, "force_custom_plan")]
    [InlineData(true, "force_custom_plan")]
    [InlineData(true, "force_generic_plan")]
    public async Task A_page_and_a_batch_read_few_rows_whatever_the_filter_is(bool analyzed, string mode)
    {
        await OpenStoreAsync();
        await using var connection = await ConnectAsync();
        await FillAsync(connection, analyzed);
        await ExecuteAsync(connection, $"SET plan_cache_mode = {mode}");

        foreach (var filter in new[] { All, Period, All with { Provider = "mail" }, Period with { Provider = "mail" } })
        {
            await CheckAsync(connection, DeadLetterStore.CreateList("notify", filter, hasAfter: false), Limit);
            await CheckAsync(connection, DeadLetterStore.CreateList("notify", filter, hasAfter: true), Limit);
            await CheckAsync(connection, DeadLetterStore.CreateReplay("notify", filter), 0);
        }

        var rare = All with { Provider = "rare" };
        await CheckAsync(connection, DeadLetterStore.CreateList("notify", rare, hasAfter: false), 20, "rare");
        // Each second has one, and that of the ninth second is before the position.
        await CheckAsync(connection, DeadLetterStore.CreateList("notify", rare, hasAfter: true), 10, "rare");
    }

    private static async Task CheckAsync(NpgsqlConnection connection, string query, int expected, string provider = "mail")
    {
        const string Types = "text, uuid[], text, text, timestamptz, timestamptz, integer, timestamptz";
        const string Epoch = "timestamptz 'epoch'";
        var isReplay = query.Contains("UPDATE", StringComparison.Ordinal);
        var last = isReplay ? "now(), now()" : $"{Epoch} + interval '9 seconds', '{9_500:x32}'";
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(connection, $"PREPARE checked ({Types}, {(isReplay ? "timestamptz" : "uuid")}) AS {query}");
        var execute =
            $"EXECUTE checked ('t', NULL, '{provider}', NULL, {Epoch} + interval '2 seconds', "
            + $"{Epoch} + interval '18 seconds', {Limit}, {last})";
        await using (
            var command = new NpgsqlCommand($"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {execute}", connection, transaction)
        )
        {
            var plan = JsonElement.Parse((string)(await command.ExecuteScalarAsync(Cancellation))!)[0].GetProperty("Plan");

            Assert.Equal(expected, QueryPlan.Count(plan, "Actual Rows"));
            Assert.True(QueryPlan.CountRead(plan) < 10 * Limit, $"{QueryPlan.CountRead(plan)} rows: {query}\n{plan}");
        }

        await ExecuteAsync(connection, "DEALLOCATE checked");
        await transaction.RollbackAsync(Cancellation);
    }

    private static Task FillAsync(NpgsqlConnection connection, bool analyzed) =>
        ExecuteAsync(
            connection,
            $"""
            INSERT INTO notify.delivery (id, notification_id, tenant, priority, channel, address, provider, content_index,
                    accepted_at, not_before, expires_at, fence, attempts_spent, retry_delay_ticks, state, ended_at)
                SELECT lpad(to_hex(i), 32, '0')::uuid, lpad(to_hex(i), 32, '0')::uuid, 't', 1, 'email', 'a',
                    CASE WHEN i % 1000 = 7 AND i < 20000 THEN 'rare' ELSE 'mail' END, 0, now(), now(), now(), 0, 0, 0,
                    CASE WHEN i < 20000 THEN 2 ELSE 1 END, timestamptz 'epoch' + i / 1000 * interval '1 second'
                FROM generate_series(0, 39999) i;
            {(analyzed ? "ANALYZE" : "")}
            """
        );
}
