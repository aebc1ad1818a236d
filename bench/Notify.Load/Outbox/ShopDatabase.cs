using System.Data.Common;
using Microsoft.Data.Sqlite;
using Notify.Client.Outbox;
using Npgsql;

namespace Notify.Load.Outbox;

/// <summary>The database of the applications, which has their orders and their outbox.</summary>
internal sealed class ShopDatabase(OutboxDialect dialect, DbDataSource source)
{
    public const string PostgreSql = "postgresql";
    public const string Sqlite = "sqlite";
    public const string Orders = "shop_order";
    public const string RolledBack = "shop_rolled_back";

    public OutboxDialect Dialect => dialect;

    public DbDataSource Source => source;

    public static ShopDatabase Open(string engine, string connectionString) =>
        engine switch
        {
            PostgreSql => new(OutboxDialect.PostgreSql, NpgsqlDataSource.Create(connectionString)),
            Sqlite => new(OutboxDialect.Sqlite, SqliteFactory.Instance.CreateDataSource(connectionString)),
            _ => throw new ArgumentException($"--engine {engine} is unknown. Use {PostgreSql} or {Sqlite}."),
        };

    public async Task CreateTablesAsync()
    {
        if (dialect == OutboxDialect.Sqlite)
            await RunAsync("PRAGMA journal_mode = WAL");
        await RunAsync($"CREATE TABLE {Orders} (reference varchar(100) PRIMARY KEY)");
        await RunAsync($"CREATE TABLE {RolledBack} (reference varchar(100) PRIMARY KEY)");
    }

    public static async Task InsertAsync(DbConnection connection, DbTransaction? transaction, string table, string reference)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO {table} VALUES (@reference)";
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@reference", reference);
        command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync();
    }

    public Task<long> CountOrdersAsync() => CountAsync($"SELECT COUNT(*) FROM {Orders}");

    public Task<long> CountRolledBackAsync() => CountAsync($"SELECT COUNT(*) FROM {RolledBack}");

    public Task<long> CountWaitingAsync() => CountAsync("SELECT COUNT(*) FROM notify_outbox WHERE due_at IS NOT NULL");

    public Task<long> CountRefusedAsync() => CountAsync("SELECT COUNT(*) FROM notify_outbox WHERE due_at IS NULL");

    public async Task<HashSet<string>> ReadOrdersAsync()
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT reference FROM {Orders}";
        await using var reader = await command.ExecuteReaderAsync();
        var references = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
            references.Add(reader.GetString(0));
        return references;
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task RunAsync(string sql)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
