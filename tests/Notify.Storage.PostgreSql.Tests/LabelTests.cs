using System.Text.Json;
using Notify.Engines;
using Notify.Storage.PostgreSql.Queue;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>The index of labels: how it is searched, and that nothing stays in it.</summary>
public sealed class LabelTests(PostgreSqlServer server) : TestDatabase(server)
{
    /// <summary>
    /// A list reads what it returns, and not everything that has the label: with statistics of the tables and without.
    /// </summary>
    [Theory]
    [InlineData(false, 0, "r-7")]
    [InlineData(true, 0, "r-7")]
    [InlineData(false, 2, "old")]
    [InlineData(true, 2, "old")]
    [InlineData(false, 2, "old", "even")]
    [InlineData(true, 2, "old", "even")]
    public async Task A_list_by_label_reads_few_rows(bool analyzed, short kind, params string[] values)
    {
        const int Limit = 50;
        await OpenStoreAsync();
        await using var connection = await ConnectAsync();
        await ExecuteAsync(
            connection,
            $"""
            INSERT INTO notify.notification (id, tenant, accepted_at, expires_at, trigger, contents)
                SELECT lpad(to_hex(i), 32, '0')::uuid, 't', now(), now(), decode(repeat('00', 200), 'hex'), ''
                FROM generate_series(1, 20000) i;
            CREATE TEMP TABLE numbered AS SELECT row_number() OVER (ORDER BY id) AS i, id FROM notify.notification;
            INSERT INTO notify.notification_label SELECT 't', 0, 'r-' || i, id FROM numbered;
            INSERT INTO notify.notification_label SELECT 't', 2, 'old', id FROM numbered WHERE i < 15000;
            INSERT INTO notify.notification_label SELECT 't', 2, 'even', id FROM numbered WHERE i % 2 = 0;
            DROP TABLE numbered;
            {(analyzed ? "ANALYZE" : "")}
            """
        );

        var query = new NotificationLabels("notify").CreateQuery("n.id, n.accepted_at, n.expires_at, n.trigger", values.Length);
        await using var command = new NpgsqlCommand("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + query, connection);
        object[] parameters =
        [
            "t",
            Guid.Empty,
            Guid.AllBitsSet,
            Limit,
            .. values.SelectMany(value => new object[] { kind, value }),
        ];
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        var plan = JsonElement.Parse((string)(await command.ExecuteScalarAsync(Cancellation))!)[0].GetProperty("Plan");

        Assert.Equal(kind == 0 ? 1 : Limit, QueryPlan.Count(plan, "Actual Rows"));
        Assert.InRange(QueryPlan.CountRead(plan), 1, 20 * Limit);
    }

    [Fact]
    public async Task A_purged_notification_leaves_no_labels()
    {
        var store = await OpenStoreAsync();
        var (purged, kept) = (CreateLabelled(), CreateLabelled());
        await store.Queue.EnqueueAsync([purged, kept], Cancellation);
        var now = purged.Notification.AcceptedAt;
        await store.Queue.CancelAsync(Tenant, purged.Notification.Id, now, Cancellation);

        await store.Retention.PurgeNotificationsAsync(now.AddDays(1), 10, Cancellation);

        Assert.Equal([kept.Notification.Id], await ListAsync("SELECT DISTINCT notification_id FROM notify.notification_label"));
        Assert.Equal(3, await ScalarAsync<long>("SELECT count(*) FROM notify.notification_label"));
    }

    private EnqueueRequest CreateLabelled()
    {
        var request = Request();
        var trigger = request.Notification.Trigger with { Reference = "r", Tags = ["a", "b"] };
        return request with { Notification = request.Notification with { Trigger = trigger } };
    }

    private async Task<Guid[]> ListAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync(Cancellation);
        var ids = new List<Guid>();
        while (await rows.ReadAsync(Cancellation))
            ids.Add(rows.GetGuid(0));
        return [.. ids];
    }
}
