using Notify.Engines;

namespace Notify.Load.PostgreSql;

/// <summary>A database for one turn, so that no turn is affected by the rows or the remaining work of the previous one.</summary>
internal sealed class TurnDatabase : IAsyncDisposable
{
    private readonly PostgreSqlProcess _server;
    private readonly string _name = $"turn_{Guid.NewGuid():N}";

    private TurnDatabase(PostgreSqlProcess server) => _server = server;

    public string ConnectionString => _server.CreateConnectionString(_name);

    public static async Task<TurnDatabase> CreateAsync(PostgreSqlProcess server)
    {
        var database = new TurnDatabase(server);
        await database.ExecuteAsync($"CREATE DATABASE {database._name}");
        await database.CheckpointAsync();
        return database;
    }

    /// <summary>Deletes what the previous turn left, for callers that use the database for several turns.</summary>
    public async Task EmptyAsync()
    {
        await PostgreSqlProgram.ScalarAsync<object>(ConnectionString, "TRUNCATE notify.notification, notify.delivery");
        await CheckpointAsync();
    }

    /// <summary>Writes everything to disk, so that no turn does it for the previous one.</summary>
    public Task CheckpointAsync() => ExecuteAsync("CHECKPOINT");

    public async ValueTask DisposeAsync() => await ExecuteAsync($"DROP DATABASE {_name} WITH (FORCE)");

    private async Task ExecuteAsync(string sql) => await PostgreSqlProgram.ScalarAsync<object>(_server.ConnectionString, sql);
}
