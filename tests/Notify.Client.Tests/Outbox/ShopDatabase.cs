using System.Data.Common;
using Microsoft.Data.Sqlite;
using Notify.Client.Outbox;
using Notify.Engines;
using Notify.TestSupport;
using Npgsql;

namespace Notify.Client.Tests.Outbox;

/// <summary>The database of an application, which is not that of the service.</summary>
internal sealed class ShopDatabase : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private ShopDatabase(OutboxDialect dialect, DbDataSource? source)
    {
        Dialect = dialect;
        Source = source ?? SqliteFactory.Instance.CreateDataSource($"Data Source={_folder.File("shop.db")};Pooling=False");
    }

    public OutboxDialect Dialect { get; }

    public DbDataSource Source { get; }

    public static async Task<ShopDatabase> CreateAsync(OutboxDialect dialect, PostgreSqlServer server)
    {
        var database = new ShopDatabase(
            dialect,
            dialect == OutboxDialect.PostgreSql ? NpgsqlDataSource.Create(await server.CreateDatabaseAsync()) : null
        );
        if (dialect == OutboxDialect.Sqlite)
            await database.RunAsync("PRAGMA journal_mode = WAL");
        await database.RunAsync("CREATE TABLE shop_order (number integer PRIMARY KEY)");
        return database;
    }

    public async Task RunAsync(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        _folder.Dispose();
    }
}
