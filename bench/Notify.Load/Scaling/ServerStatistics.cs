using Notify.Engines;

namespace Notify.Load.Scaling;

/// <summary>Counts of the PostgreSQL server since it started.</summary>
/// <param name="Statements">The statements that clients sent.</param>
/// <param name="Commits">The transactions.</param>
/// <param name="LogBytes">The bytes of the write-ahead log.</param>
internal sealed record ServerStatistics(long Statements, long Commits, long LogBytes)
{
    /// <summary>The settings of a server that counts statements.</summary>
    public static readonly string[] Settings = ["shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=top"];

    public static Task EnableAsync(string connectionString) =>
        PostgreSqlProgram.ScalarAsync<object>(connectionString, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");

    public static async Task<ServerStatistics> ReadAsync(string connectionString) =>
        new(
            await PostgreSqlProgram.ScalarAsync<long>(
                connectionString,
                "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements"
            ),
            await PostgreSqlProgram.ScalarAsync<long>(connectionString, "SELECT sum(xact_commit)::bigint FROM pg_stat_database"),
            await PostgreSqlProgram.ScalarAsync<long>(
                connectionString,
                "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"
            )
        );
}
