using System.Diagnostics;
using Notify.Load.Hosts;
using Notify.Load.Measuring;

namespace Notify.Load.Full;

/// <summary>
/// A store with ten million ended notifications and a million that wait, compared with the same store with a thousand and a
/// hundred. Sending is measured as in <c>embedded</c> and <c>postgres</c>. For reads and leases, the ratio is that of their 99th
/// percentile to 50 ms, and the ceiling is their rate in the small store. Retention is measured in the full store: sending while
/// the application's worker purges old notifications, compared with sending alone.
/// </summary>
/// <remarks>
/// The rows are copies, made by the store's own statements, of rows that Notify wrote. MongoDB is measured if
/// <c>NOTIFY_TEST_MONGODB</c> has the address of a server. One turn follows the other in the same database.
/// </remarks>
internal static class FullScenario
{
    public const string Name = "full";

    private const int Concurrent = 64;
    private const int ReadCalls = 1_000,
        SlowCallMs = 50;
    private const double SendingReach = 0.85,
        RetentionReach = 0.8;

    private static readonly (int Ended, int Waiting) Small = (1_000, 100);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var ended = arguments.Int32("ended", 10_000_000, min: 1_000);
        var waiting = arguments.Int32("waiting", 1_000_000, min: 100);
        var count = arguments.Int32("count", 60_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        var only = arguments.Text("store");
        arguments.RefuseUnknown();

        Dictionary<string, Func<Task<IFilledStore>>> stores = new()
        {
            ["embedded"] = () => Task.FromResult<IFilledStore>(new SqliteStore()),
            ["postgres"] = async () => await PostgreSqlStore.StartAsync(),
        };
        if (Environment.GetEnvironmentVariable(MongoDbStore.Variable) is { Length: > 0 } address)
            stores["mongodb"] = () => Task.FromResult<IFilledStore>(new MongoDbStore(address));
        if (only is not null && !stores.ContainsKey(only))
            throw new ArgumentException($"--store must be one of {string.Join(", ", stores.Keys)}.");

        await using var resources = new AsyncDisposables();
        // The stores are filled at the same time, because each uses one processor.
        var filled = await Task.WhenAll(
            stores
                .Where(store => only is null || store.Key == only)
                .Select(store => Task.Run(() => FillAsync(store.Value, new StorePlan(ended, waiting), resources)))
        );
        foreach (var (store, full, small) in filled)
        {
            await SendAsync(store, full, small, count, pairs);
            await ReadAsync(store, full, small);
            await RetainAsync(store, full, count, pairs);
        }

        return 0;
    }

    private static async Task<(string Store, Filled Full, Filled Small)> FillAsync(
        Func<Task<IFilledStore>> start,
        StorePlan plan,
        AsyncDisposables resources
    )
    {
        var store = resources.Add(await start());
        var full = resources.Add(await FillAsync(store, plan));
        var small = resources.Add(await FillAsync(store, new StorePlan(Small.Ended, Small.Waiting)));
        return (store.Name, full, small);
    }

    private static async Task<Filled> FillAsync(IFilledStore store, StorePlan plan)
    {
        Console.Error.WriteLine($"  {store.Name}: preparing {plan.Ended:N0} ended and {plan.Waiting:N0} waiting");
        var started = Stopwatch.GetTimestamp();
        var database = await store.CreateAsync();
        try
        {
            await ModelRows.FillAsync(database, plan);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }

        Console.Error.WriteLine($"  prepared in {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s");
        return new Filled(database, plan);
    }

    private static async Task SendAsync(string store, Filled full, Filled small, int count, int pairs)
    {
        var sending = await Comparison.RunAsync(
            $"{Name}: {store}",
            pairs,
            () => SendAsync(full, count),
            () => SendAsync(small, count)
        );
        (sending.AtLeast(SendingReach) with { Details = Describe(full.Plan) }).Print();
    }

    private static async Task<Turn> SendAsync(Filled filled, int count)
    {
        await using var application = await Application.StartAsync(filled.Database.Use);
        return await application.SendBesideOthersAsync(count, Concurrent);
    }

    private static async Task ReadAsync(string store, Filled full, Filled small)
    {
        foreach (var (name, run) in StoreReads.All)
        {
            var (ours, ceiling) = (await MeasureAsync(run, full), await MeasureAsync(run, small));
            var reach = Reach.AtMost(1);
            var result = RatioResult.Create($"{Name}: {store}, {name}", ours, ceiling.PerSecond, ours.P99 / SlowCallMs, reach);
            (
                result with
                {
                    Reach = $"p99 at most {SlowCallMs} ms",
                    Details = new Dictionary<string, double>(Describe(full.Plan))
                    {
                        ["small_p50_ms"] = Math.Round(ceiling.P50, 3),
                        ["small_p99_ms"] = Math.Round(ceiling.P99, 3),
                    },
                }
            ).Print();
        }
    }

    private static async Task<Turn> MeasureAsync(Func<Application, StorePlan, int, Task<Turn>> run, Filled filled)
    {
        await using var application = await StoreReads.StartAsync(filled.Database);
        await run(application, filled.Plan, ReadCalls / 10);
        return await run(application, filled.Plan, ReadCalls);
    }

    private static async Task RetainAsync(string store, Filled full, int count, int pairs)
    {
        var retention = new RetentionTurns(full.Database, full.Plan);
        var comparison = await Comparison.RunAsync(
            $"{Name}: {store}, retention",
            pairs,
            () => retention.SendAndPurgeAsync(count, Concurrent),
            () => retention.SendAsync(count, Concurrent)
        );
        var details = new Dictionary<string, double>(Describe(full.Plan))
        {
            ["purged"] = retention.Purged,
            ["purged_per_sent"] = Math.Round((double)retention.Purged / retention.Sent, 3),
        };
        (comparison.AtLeast(RetentionReach) with { Details = details }).Print();
    }

    private static Dictionary<string, double> Describe(StorePlan plan) =>
        new() { ["ended"] = plan.Ended, ["waiting"] = plan.Waiting };

    /// <summary>Disposes what was added to it, the last first.</summary>
    private sealed class AsyncDisposables : IAsyncDisposable
    {
        private readonly Stack<IAsyncDisposable> _all = new();

        public T Add<T>(T one)
            where T : IAsyncDisposable
        {
            lock (_all)
                _all.Push(one);
            return one;
        }

        public async ValueTask DisposeAsync()
        {
            while (_all.TryPop(out var one))
                await one.DisposeAsync();
        }
    }

    private sealed class Filled(IFilledDatabase database, StorePlan plan) : IAsyncDisposable
    {
        public IFilledDatabase Database => database;

        public StorePlan Plan => plan;

        public ValueTask DisposeAsync() => database.DisposeAsync();
    }
}
