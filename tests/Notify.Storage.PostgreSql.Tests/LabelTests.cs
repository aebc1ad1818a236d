using System.Text.RegularExpressions;
using Notify.Engines;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>The index of labels: how it is searched, and that nothing stays in it.</summary>
public sealed class LabelTests(PostgreSqlServer server) : TestDatabase(server)
{
    [Theory]
    [InlineData(0, "r-7")]
    [InlineData(2, "common")]
    public async Task Labels_are_found_by_the_index_in_the_order_of_the_list(int kind, string value)
    {
        await OpenStoreAsync();
        await using (var connection = await ConnectAsync())
            await ExecuteAsync(
                connection,
                """
                INSERT INTO notify.notification (id, tenant, accepted_at, expires_at, trigger, contents)
                    SELECT gen_random_uuid(), 't', now(), now(), '', '' FROM generate_series(1, 20000);
                INSERT INTO notify.notification_label SELECT tenant, 2, 'common', id FROM notify.notification;
                INSERT INTO notify.notification_label
                    SELECT tenant, 0, 'r-' || row_number() OVER (), id FROM notify.notification;
                ANALYZE;
                """
            );

        var plan = await ScalarAsync<string>(
            $"""
            EXPLAIN (FORMAT JSON) SELECT n.id, n.accepted_at, n.expires_at, n.trigger FROM notify.notification_label l
            JOIN notify.notification n ON n.id = l.notification_id AND n.tenant = 't'
            WHERE l.tenant = 't' AND l.kind = {kind} AND l.value = '{value}'
                AND l.notification_id >= '{Guid.Empty}' AND l.notification_id < '{Guid.AllBitsSet}'
            ORDER BY l.notification_id DESC LIMIT 100
            """
        );

        Assert.Contains("notification_label_pkey", plan, StringComparison.Ordinal);
        // Partitions without rows are read as a whole. The table of labels is not.
        Assert.DoesNotContain(Regex.Split(plan, @"""Plans""|\{"), node =>
            node.Contains("Seq Scan", StringComparison.Ordinal)
            && node.Contains("\"notification_label\"", StringComparison.Ordinal)
        );
        if (value == "common")
            Assert.DoesNotContain("\"Sort\"", plan, StringComparison.Ordinal);
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
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync(Cancellation);
        var ids = new List<Guid>();
        while (await rows.ReadAsync(Cancellation))
            ids.Add(rows.GetGuid(0));
        return [.. ids];
    }
}
