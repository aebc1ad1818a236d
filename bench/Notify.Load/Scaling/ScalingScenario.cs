using System.Diagnostics;
using Notify.Load.Chaos;
using Notify.Load.Hosts;

namespace Notify.Load.Scaling;

/// <summary>
/// Sends the same load through one, two, four and eight delivery processes. Compares how evenly they shared it, and how many
/// statements, round trips and bytes a delivery takes, which more processes should not change. With <c>--pin yes</c>, the server
/// has other processors than the hosts.
/// </summary>
internal static class ScalingScenario
{
    /// <summary>The largest deviation from an equal share that is allowed.</summary>
    private const double Tolerance = 0.10;

    private const int Clients = 64;

    private const int WarmUp = 500;

    private static readonly int[] Processes = [1, 2, 4, 8];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 20_000, min: 1_000);
        var isPinned = arguments.Text("pin") == "yes";
        arguments.RefuseUnknown();

        var runs = new List<ScalingRun>();
        foreach (var processes in Processes)
        {
            runs.Add(await RunAsync(processes, count, isPinned));
            Console.Error.WriteLine($"  {runs[^1]}");
        }

        new ScalingResult(count, runs[^1].PerSecond, runs).Print();
        return runs.All(run => run.MostUneven <= Tolerance && run.Duplicates == 0) ? 0 : 1;
    }

    private static async Task<ScalingRun> RunAsync(int processes, int count, bool isPinned)
    {
        var folder = Directory.CreateTempSubdirectory("notify-scaling-").FullName;
        var model = new HostSettings
        {
            Record = "",
            Port = 0,
            Mood = VendorMood.Slow,
            VendorDelay = TimeSpan.FromMilliseconds(20),
        };
        await using var cluster = await Cluster.StartAsync(apis: 1, processes, model, ServerStatistics.Settings);
        await ServerStatistics.EnableAsync(cluster.PostgreSql);
        if (isPinned)
            await Pinning.PinAsync(cluster.PostgreSql);
        await using var hosts = new RunningHosts(cluster.Hosts, folder, isPinned ? Pinning.Through : []);
        await hosts.StartAllAsync();

        var warmUp = await WarmUpAsync(cluster, hosts);

        var storedBefore = await cluster.StoredBytesAsync();
        var before = await DatabaseWork.ReadAsync(cluster, hosts);
        var locks = new LockWaits(cluster.PostgreSql);
        var clock = Stopwatch.StartNew();
        using var load = new TriggerLoad(cluster.Addresses, count, keys: "measured");
        await load.RunAsync(Clients, CancellationToken.None);
        await SettleAsync(cluster);
        var seconds = clock.Elapsed.TotalSeconds;
        var waits = await locks.StopAsync();
        var work = (await DatabaseWork.ReadAsync(cluster, hosts)).Since(before, count, waits);
        var stored = await cluster.StoredBytesAsync() - storedBefore;
        await hosts.StopAsync();

        int[] shares = [.. AcceptedBy(hosts).Zip(warmUp, (after, before) => after - before)];
        Directory.Delete(folder, recursive: true);
        return ScalingRun.Create(shares, count, seconds, stored) with { Database = work };
    }

    // Kafka takes several seconds to assign the partitions to processes that have just joined.
    private static async Task<int[]> WarmUpAsync(Cluster cluster, RunningHosts hosts)
    {
        for (var round = 0; ; round++)
        {
            using var load = new TriggerLoad(cluster.Addresses, WarmUp, keys: $"warm-up-{round}");
            await load.RunAsync(Clients, CancellationToken.None);
            await SettleAsync(cluster);
            var accepted = AcceptedBy(hosts);
            if (accepted.All(count => count > 0))
                return accepted;
        }
    }

    private static async Task SettleAsync(Cluster cluster)
    {
        while (cluster.Stored.CountPending() > 0)
            await Task.Delay(50);
    }

    private static int[] AcceptedBy(RunningHosts hosts) =>
        [
            .. hosts
                .All.Skip(1)
                .Select(host => VendorRecord.Read(host.Settings.Record).Count(entry => entry.Act == VendorAct.Accepted)),
        ];
}
