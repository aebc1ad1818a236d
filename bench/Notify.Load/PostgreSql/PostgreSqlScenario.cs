using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Load.Measuring;

namespace Notify.Load.PostgreSql;

/// <summary>
/// The whole way of a notification in one process: trigger, PostgreSQL with fsync, a provider that accepts at once, settlement.
/// The scenario starts the server. A wait is the time until a caller's trigger is durable.
/// </summary>
internal static class PostgreSqlScenario
{
    private const int Concurrent = 64;

    private const double Reach = 0.75;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 60_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        arguments.RefuseUnknown();

        await using var server = await PostgreSqlProcess.StartAsync();
        // Each of the 64 callers waits for its own trigger, so at most 64 triggers can share a commit.
        var result = await Comparison.RunAsync(
            "postgres",
            pairs,
            () => NotifyAsync(server, count),
            () => CeilingAsync(server, count, Concurrent, connections: 1)
        );
        var large = await CeilingAsync(server, count, batch: 512, connections: 1);
        var both = await CeilingAsync(server, count, batch: Concurrent / 2, connections: 2);
        var details = new Dictionary<string, double>
        {
            ["ceiling_batch_512_per_second"] = Math.Round(large.PerSecond),
            ["ceiling_two_connections_of_32_per_second"] = Math.Round(both.PerSecond),
        };
        (result.AtLeast(Reach) with { Details = details }).Print();
        return 0;
    }

    private static async Task<Turn> NotifyAsync(PostgreSqlProcess server, int count)
    {
        await using var database = await TurnDatabase.CreateAsync(server);
        await using var application = await Application.StartAsync(builder => builder.UsePostgreSql(database.ConnectionString));
        return await application.SendAsync(count, Concurrent);
    }

    private static async Task<Turn> CeilingAsync(PostgreSqlProcess server, int count, int batch, int connections)
    {
        await using var database = await TurnDatabase.CreateAsync(server);
        await using (var application = await Application.StartAsync(builder => builder.UsePostgreSql(database.ConnectionString)))
            await application.SendAsync(1, callers: 1);
        return await PostgreSqlCeiling.RunAsync(database.ConnectionString, count, batch, connections);
    }
}
