using Microsoft.Data.Sqlite;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Embedded;

/// <summary>
/// The whole way of a notification in one process: trigger, SQLite with a flush for each commit, a provider that accepts at once,
/// settlement.
/// </summary>
internal static class EmbeddedScenario
{
    private const int Concurrent = 64;

    private const double Reach = 0.5;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 100_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var result = await Comparison.RunAsync(
            "embedded",
            pairs,
            () => MeasureAsync(folder, application => application.SendAsync(count, Concurrent)),
            () => CeilingAsync(folder, count, Concurrent)
        );
        var large = await CeilingAsync(folder, count, batch: 512);
        var details = new Dictionary<string, double> { ["ceiling_batch_512_per_second"] = Math.Round(large.PerSecond) };
        (result.AtLeast(Reach) with { Details = details }).Print();
        return 0;
    }

    /// <summary>Measures an application with an empty SQLite database.</summary>
    /// <param name="folder">The folder of the database.</param>
    /// <param name="run">Sends what is measured.</param>
    /// <param name="slots">The number of slots of the provider; null for the default.</param>
    public static async Task<Turn> MeasureAsync(TemporaryFolder folder, Func<Application, Task<Turn>> run, int? slots = null)
    {
        var database = NewDatabase(folder);
        await using var application = await Application.StartAsync(builder =>
            builder
                .UseSqlite(database)
                .Services.Configure<NotificationsOptions>(options =>
                    options.MaxConcurrencyPerProvider = slots ?? options.MaxConcurrencyPerProvider
                )
        );
        return await run(application);
    }

    private static async Task<Turn> CeilingAsync(TemporaryFolder folder, int count, int batch)
    {
        var database = NewDatabase(folder);
        await using (var application = await Application.StartAsync(builder => builder.UseSqlite(database)))
            await application.SendAsync(1, callers: 1);
        return await SqliteCeiling.RunAsync(database, count, batch);
    }

    private static string NewDatabase(TemporaryFolder folder) =>
        new SqliteConnectionStringBuilder { DataSource = folder.File($"{Guid.NewGuid():N}.db"), Pooling = false }.ToString();
}
