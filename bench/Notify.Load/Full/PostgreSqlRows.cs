using System.Globalization;
using Npgsql;

namespace Notify.Load.Full;

/// <summary>Fills the tables of PostgreSQL with set-based statements, half a million rows each.</summary>
internal static class PostgreSqlRows
{
    private const int Step = 500_000;

    public static async Task MultiplyAsync(string connectionString, StorePlan plan, Guid notification)
    {
        await using var connection = new NpgsqlConnection(
            connectionString + ";Pooling=false;Command Timeout=0;Options=-c synchronous_commit=off"
        );
        await connection.OpenAsync();
        await ExecuteAsync(
            connection,
            $"""
            CREATE TEMP TABLE model_notification AS SELECT * FROM notify.notification WHERE id = '{notification}';
            CREATE TEMP TABLE model_delivery AS SELECT * FROM notify.delivery;
            TRUNCATE notify.notification, notify.delivery
            """
        );
        var (ended, count) = (Text(plan.Ended), plan.Count);
        var accepted =
            $"(CASE WHEN n > {ended} THEN {Micros(plan.FirstWaiting)} + (n - {ended}) * {Text(plan.TicksPerWaiting / 10)} "
            + $"ELSE {Micros(plan.FirstEnded)} + n * {Text(plan.TicksPerEnded / 10)} END)";
        var due = Time($"({Micros(plan.FirstDue)} + (n - {ended}) * {Text(plan.TicksPerDue / 10)})");
        var expires = Time(Micros(plan.Now.AddDays(30)));
        var notifications = await CreateInsertAsync(
            connection,
            "notification",
            new()
            {
                ["id"] = Id(accepted, kind: 0),
                ["accepted_at"] = Time(accepted),
                ["expires_at"] = expires,
            },
            "TRUE"
        );
        var deliveries = await CreateInsertAsync(
            connection,
            "delivery",
            new()
            {
                ["id"] = Id(accepted, kind: 1),
                ["notification_id"] = Id(accepted, kind: 0),
                ["address"] = "n || '@example.org'",
                ["accepted_at"] = Time(accepted),
                ["not_before"] = $"CASE WHEN n > {ended} THEN {due} ELSE {Time(accepted)} END",
                ["expires_at"] = expires,
                ["due_at"] = $"CASE WHEN n > {ended} THEN {due} END",
                ["ended_at"] = $"CASE WHEN n <= {ended} THEN {Time(accepted)} + interval '1 second' END",
            },
            $"m.state = CASE WHEN n > {ended} THEN 0 WHEN n % {StorePlan.DeadLetterEvery} = 0 THEN 2 ELSE 1 END"
        );
        for (var from = 1; from <= count; from += Step)
        {
            var range = $"generate_series({Text(from)}::bigint, {Text(Math.Min(count, from + Step - 1))}) AS n";
            await ExecuteAsync(connection, notifications.Replace("{range}", range));
            await ExecuteAsync(connection, deliveries.Replace("{range}", range));
        }

        await ExecuteAsync(connection, "VACUUM ANALYZE notify.notification, notify.delivery");
        await ExecuteAsync(connection, "CHECKPOINT");
    }

    private static async Task<string> CreateInsertAsync(
        NpgsqlConnection connection,
        string table,
        Dictionary<string, string> values,
        string match
    )
    {
        await using var command = new NpgsqlCommand($"SELECT * FROM notify.{table} LIMIT 0", connection);
        await using var reader = await command.ExecuteReaderAsync();
        string[] columns = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        var selected = columns.Select(column => values.GetValueOrDefault(column, $"m.{column}"));
        return $$"""
            INSERT INTO notify.{{table}} ({{string.Join(", ", columns)}})
            SELECT {{string.Join(", ", selected)}} FROM {range} JOIN model_{{table}} m ON {{match}} ORDER BY n
            """;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string Id(string micros, int kind) =>
        $"(lpad(to_hex({micros} / 1000), 12, '0') || '700{kind}8' || lpad(to_hex(n), 15, '0'))::uuid";

    private static string Time(string micros) => $"('epoch'::timestamptz + {micros} * interval '1 microsecond')";

    // Microseconds since 1970, the resolution of PostgreSQL.
    private static string Micros(DateTime time) => Text((time - DateTime.UnixEpoch).Ticks / 10);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
