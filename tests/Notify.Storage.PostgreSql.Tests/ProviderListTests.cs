using System.Text.Json;
using Notify.Engines;
using Notify.Storage.PostgreSql.Queue;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>The plan of the query for the providers that have pending deliveries.</summary>
public sealed class ProviderListTests(PostgreSqlServer server) : TestDatabase(server)
{
    /// <summary>20,000 deliveries of 3 providers wait, in 2 priorities.</summary>
    [Fact]
    public async Task The_providers_are_found_without_reading_all_that_waits()
    {
        var store = await OpenStoreAsync();
        await using var connection = await ConnectAsync();
        await ExecuteAsync(
            connection,
            """
            INSERT INTO notify.delivery (id, notification_id, tenant, priority, channel, address, provider, content_index,
                    accepted_at, not_before, expires_at, fence, attempts_spent, retry_delay_ticks, due_at)
                SELECT gen_random_uuid(), gen_random_uuid(), 't', i % 2, 'email', 'a', 'mail-' || i % 3, 0,
                    now(), now(), now(), 0, 0, 0, now()
                FROM generate_series(1, 20000) i;
            ANALYZE
            """
        );

        var listed = await store.Queue.ListProvidersAsync(Cancellation);
        await using var command = new NpgsqlCommand(
            "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + DeliveryQueue.ListProviders("notify"),
            connection
        );
        var plan = JsonElement.Parse((string)(await command.ExecuteScalarAsync(Cancellation))!)[0].GetProperty("Plan");

        Assert.Equal(["mail-0", "mail-1", "mail-2"], listed.Order(StringComparer.Ordinal));
        Assert.InRange(QueryPlan.CountRead(plan), 3, 100);
    }
}
