using Notify.Engines;
using Notify.Load.PostgreSql;

namespace Notify.Load.Full;

/// <summary>PostgreSQL with fsync, as in the scenario <c>postgres</c>.</summary>
internal sealed class PostgreSqlStore(PostgreSqlProcess server) : IFilledStore
{
    public string Name => "postgres";

    public static async Task<PostgreSqlStore> StartAsync() => new(await PostgreSqlProcess.StartAsync());

    public async Task<IFilledDatabase> CreateAsync() => new Database(await TurnDatabase.CreateAsync(server));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private sealed class Database(TurnDatabase database) : IFilledDatabase
    {
        public void Use(INotificationsBuilder builder) => builder.UsePostgreSql(database.ConnectionString);

        public Task MultiplyAsync(StorePlan plan, Guid notification) =>
            PostgreSqlRows.MultiplyAsync(database.ConnectionString, plan, notification);

        public ValueTask DisposeAsync() => database.DisposeAsync();
    }
}
