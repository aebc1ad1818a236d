using Npgsql;

namespace Notify.Load.Lists;

/// <summary>
/// Fills a database with copies of the rows that the engine wrote, under other IDs. One notification and its delivery exist
/// before.
/// </summary>
internal sealed class ListRows(string connectionString)
{
    public const string Topic = "news";
    public const string Reference = "order-4711";

    private const int BatchSize = 500_000;

    /// <summary>
    /// One of a hundred deliveries is a dead letter, and a few of 100,000 wait for their time, were cancelled, were not wanted,
    /// or use another channel.
    /// </summary>
    private const string State =
        "CASE WHEN i % 100 = 0 THEN 2 WHEN i % 100000 = 7 THEN 0 WHEN i % 100000 IN (8, 9) THEN 3 ELSE 1 END";

    private const string Reason =
        "CASE WHEN i % 200 = 0 THEN 'the mailbox is full' WHEN i % 100 = 0 THEN 'the domain ' || i || ' does not exist' "
        + "WHEN i % 100000 = 8 THEN 'cancelled' WHEN i % 100000 = 9 THEN 'throttled' END";

    private const string DueAt = "CASE WHEN i % 100000 = 7 THEN now() + interval '30 days' END";

    /// <summary>One time for all tables, because the rows of one table name the IDs of another.</summary>
    private readonly long _now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>The IDs are of the last 25 days, in the order of their numbers.</summary>
    private string CreateId(string count) =>
        $"(lpad(to_hex({_now} - ({count} - i) * 2160000000 / {count}), 12, '0')"
        + " || '7' || lpad(to_hex(i % 4096), 3, '0') || '8' || lpad(to_hex(i), 15, '0'))::uuid";

    public async Task FillAsync(int count)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Command Timeout=0");
        await connection.OpenAsync();
        // Far fewer checkpoints: each would write every changed page, and then log it again as a whole.
        await ExecuteAsync(connection, "ALTER SYSTEM SET max_wal_size = '16GB'");
        await ExecuteAsync(connection, "SELECT pg_reload_conf()");
        await ExecuteAsync(connection, "SET synchronous_commit = off; SET work_mem = '256MB'");
        var id = CreateId($"{count}::bigint");
        const string Accepted = "now() - interval '25 days' * (1 - i::double precision / {0})";
        var accepted = Accepted.Replace("{0}", $"{count}", StringComparison.Ordinal);
        await CopyAsync(connection, "notification", "true", count, ("id", id), ("accepted_at", accepted));
        await CopyAsync(
            connection,
            "delivery",
            "true",
            count,
            ("id", id),
            ("notification_id", id),
            ("address", "'u' || i || '@example.org'"),
            ("accepted_at", accepted),
            ("ended_at", $"CASE WHEN ({DueAt}) IS NULL THEN {accepted} END"),
            ("due_at", DueAt),
            ("not_before", $"COALESCE({DueAt}, {accepted})"),
            ("channel", "CASE WHEN i % 100000 = 10 THEN 'sms' ELSE m.channel END"),
            ("state", State),
            ("reason", Reason)
        );
        await CopyAsync(connection, "notification_label", $"value = '{Reference}'", count, ("notification_id", id));
        await CopyAsync(connection, "\"user\"", "true", count, ("id", "'u-' || lpad(i::text, 9, '0')"));
        await CopyAsync(connection, "subscription", "true", count, ("user_id", "'u-' || lpad(i::text, 9, '0')"));
        await CopyAsync(connection, "topic", "true", count / 10, ("topic", "'t-' || lpad(i::text, 9, '0')"));
        await CopyAsync(connection, "inbox_item", "true", count / 10, ("id", id), ("created_at", accepted));
        await CopyAsync(connection, "document", "collection = 'audit'", count / 10, ("id", $"convert_to(({id})::text, 'UTF8')"));
        await ExecuteAsync(connection, "VACUUM ANALYZE");
    }

    private static async Task CopyAsync(
        NpgsqlConnection connection,
        string table,
        string model,
        int count,
        params (string Column, string Value)[] changed
    )
    {
        var columns = await ReadColumnsAsync(connection, table.Trim('"'));
        var values = columns.Select(column =>
            changed.Where(change => change.Column == column).Select(change => change.Value).FirstOrDefault() ?? $"m.\"{column}\""
        );
        await ExecuteAsync(connection, $"CREATE TEMP TABLE model AS SELECT * FROM notify.{table} WHERE {model} LIMIT 1");
        for (var first = 1; first <= count; first += BatchSize)
        {
            Console.Error.WriteLine($"  {table}: {first} of {count}");
            await ExecuteAsync(
                connection,
                $"""
                INSERT INTO notify.{table} ({string.Join(", ", columns.Select(column => $"\"{column}\""))})
                SELECT {string.Join(", ", values)}
                FROM model m, generate_series({first}::bigint, {Math.Min(count, first + BatchSize - 1)}) i
                ON CONFLICT DO NOTHING
                """
            );
        }

        await ExecuteAsync(connection, "DROP TABLE model");
    }

    private static async Task<IReadOnlyList<string>> ReadColumnsAsync(NpgsqlConnection connection, string table)
    {
        await using var command = new NpgsqlCommand(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'notify' AND table_name = $1",
            connection
        );
        command.Parameters.Add(new() { Value = table });
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new List<string>();
        while (await reader.ReadAsync())
            columns.Add(reader.GetString(0));
        return columns;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
