using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;
using Notify.Engines;
using Notify.Storage.Testing;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>A test's own database, the stores that it opens on it, and a connection that looks in from outside.</summary>
public abstract class TestDatabase(PostgreSqlServer server) : StoreTest, IAsyncLifetime
{
    private readonly List<ConformanceStore> _stores = [];

    private protected string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync() => ConnectionString = await server.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _stores)
            await store.DisposeAsync();
    }

    /// <summary>Opens a store with a data source of its own, as each process has.</summary>
    private protected async Task<ConformanceStore> OpenStoreAsync(
        Action<PostgreSqlStoreOptions>? configure = null,
        TimeProvider? time = null
    )
    {
        var store = await ConformanceStore.OpenAsync(notifications =>
        {
            notifications.Services.AddSingleton(time ?? TimeProvider.System);
            notifications.UsePostgreSql(options =>
            {
                options.ConnectionString = ConnectionString;
                configure?.Invoke(options);
            });
        });
        lock (_stores)
            _stores.Add(store);
        return store;
    }

    private protected async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private protected async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private protected static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
