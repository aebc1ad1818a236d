using Notify.Engines;
using Npgsql;

namespace Notify.Load.Scaling;

/// <summary>Counts of the PostgreSQL server since it started.</summary>
/// <param name="Calls">The statements that the hosts sent, by their first words, and how often.</param>
/// <param name="Commits">The transactions.</param>
/// <param name="LogBytes">The bytes of the write-ahead log.</param>
internal sealed record ServerStatistics(IReadOnlyDictionary<string, long> Calls, long Commits, long LogBytes)
{
    /// <summary>The settings of a server that counts statements.</summary>
    public static readonly string[] Settings = ["shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=top"];

    // The last conditions leave out what the benchmark itself asks.
    private const string Counts = """
        SELECT left(regexp_replace(query, '\s+', ' ', 'g'), 110), sum(calls)::bigint FROM pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND query NOT LIKE '%pg_stat%' AND query NOT LIKE '%pg_total_relation_size%' AND query NOT LIKE 'SELECT state, COUNT%'
        GROUP BY 1
        """;

    /// <summary>Gets the number of statements.</summary>
    public long Statements => Calls.Values.Sum();

    public static Task EnableAsync(string connectionString) =>
        PostgreSqlProgram.ScalarAsync<object>(connectionString, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");

    public static async Task<ServerStatistics> ReadAsync(string connectionString) =>
        new(
            await ReadCallsAsync(connectionString),
            await PostgreSqlProgram.ScalarAsync<long>(
                connectionString,
                "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
            ),
            await PostgreSqlProgram.ScalarAsync<long>(
                connectionString,
                "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"
            )
        );

    private static async Task<Dictionary<string, long>> ReadCallsAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Counts, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var calls = new Dictionary<string, long>();
        while (await reader.ReadAsync())
            calls.Add(reader.GetString(0), reader.GetInt64(1));
        return calls;
    }
}
