using System.Diagnostics;
using Notify.Load.Chaos;
using Notify.Load.Hosts;
using Notify.Transport.Kafka;

namespace Notify.Load.Scaling;

/// <summary>
/// One, two, four and eight processes that each accept triggers over HTTP and deliver, with PostgreSQL, Redis and Kafka, and a
/// vendor that takes 20 ms. The ratio compares what a delivery costs the database with eight processes and with one: statements,
/// bytes on the wire, and bytes of the write-ahead log. There are three loads: the same rate for each process, 64 callers for
/// each process, who saturate the machine, and 64 callers in all.
/// </summary>
/// <remarks>
/// With <c>--pin yes</c>, the server has other processors than the hosts and the load. With <c>--statements yes</c>, the
/// statements that a delivery takes are listed.
/// </remarks>
internal static class ScalingScenario
{
    public const string Name = "scaling";

    private const int Callers = 64;

    /// <summary>The triggers a second for a process: eight times as many are well below the limit of two processors.</summary>
    private const int Rate = 25;

    /// <summary>The lowest rate that counts as <see cref="Rate"/>: the wait for the last settlement lowers it.</summary>
    private const int LeastRate = 20;

    private const int RateSeconds = 8;

    private const int WarmUp = 300;

    private static readonly int[] Processes = [1, 2, 4, 8];

    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 20_000, min: 1_000);
        var isPinned = arguments.Text("pin") == "yes";
        var showsStatements = arguments.Text("statements") == "yes";
        arguments.RefuseUnknown();

        List<ScalingRun> atRate = [],
            each = [],
            together = [];
        foreach (var processes in Processes)
        {
            await using var cluster = await StartAsync(processes, isPinned);
            atRate.Add(await cluster.RunAtRateAsync(Rate * processes, RateSeconds));
            Show(atRate[^1], showsStatements);
            each.Add(await cluster.RunAsync(count, Callers * processes));
            Show(each[^1], showsStatements);
            // One process has the same load either way.
            together.Add(processes == 1 ? each[0] : await cluster.RunAsync(count, Callers));
            if (processes > 1)
                Show(together[^1], showsStatements);
        }

        Print($"{Rate} a second each", atRate, LeastRate);
        Print($"{Callers} callers each", each);
        Print($"{Callers} callers in all", together);
        return 0;
    }

    private static void Print(string load, List<ScalingRun> runs, int leastPerProcess = 0)
    {
        foreach (var result in ScalingResult.Create(load, runs))
        {
            var complete = result.And("none sent twice", runs.All(run => run.Duplicates == 0));
            if (leastPerProcess > 0)
                complete = complete.And(
                    $"at least {leastPerProcess} a second each",
                    runs.All(run => run.PerSecond >= leastPerProcess * run.Processes)
                );
            complete.Print();
        }
    }

    private static void Show(ScalingRun run, bool showsStatements)
    {
        Console.Error.WriteLine($"  {run}");
        if (!showsStatements)
            return;
        foreach (var (statement, each) in run.Database.Calls.Where(call => call.Each >= 0.001))
            Console.Error.WriteLine($"    {each:0.000} {statement}");
    }

    private static async Task<RunningCluster> StartAsync(int processes, bool isPinned)
    {
        var (options, transport) = (new NotificationsOptions(), new KafkaTransportOptions());
        var model = new HostSettings
        {
            Record = "",
            Port = 0,
            Mood = VendorMood.Slow,
            VendorDelay = TimeSpan.FromMilliseconds(20),
            AttemptTimeout = options.AttemptTimeout,
            LeaseDuration = options.LeaseDuration,
            HandOverTime = transport.HandOverTime,
            SessionTimeout = transport.SessionTimeout,
        };
        var cluster = await Cluster.StartAsync(apis: 0, processes, model, ServerStatistics.Settings);
        await ServerStatistics.EnableAsync(cluster.PostgreSql);
        if (isPinned)
            await Pinning.PinAsync(cluster.PostgreSql);
        var folder = Directory.CreateTempSubdirectory("notify-scaling-").FullName;
        var hosts = new RunningHosts(cluster.Hosts, folder, isPinned ? Pinning.Through : []);
        var running = new RunningCluster(cluster, hosts, folder);
        await hosts.StartAllAsync();
        await running.WarmUpAsync();
        return running;
    }

    private sealed class RunningCluster(Cluster cluster, RunningHosts hosts, string folder) : IAsyncDisposable
    {
        private int _loads;

        // Kafka takes several seconds to assign the partitions to processes that have just joined.
        public async Task WarmUpAsync()
        {
            do await SendAsync(WarmUp * hosts.All.Count(), load =>
                load.RunAsync(Callers * hosts.All.Count(), CancellationToken.None)
            );
            while (ReadAccepted().Any(accepted => accepted == 0));
        }

        public Task<ScalingRun> RunAsync(int count, int callers) =>
            MeasureAsync(count, $"{callers} callers", load => load.RunAsync(callers, CancellationToken.None));

        public Task<ScalingRun> RunAtRateAsync(int perSecond, int seconds) =>
            MeasureAsync(perSecond * seconds, $"{perSecond} a second", load =>
                load.RunAtRateAsync(perSecond, CancellationToken.None)
            );

        private async Task<ScalingRun> MeasureAsync(int count, string words, Func<TriggerLoad, Task> send)
        {
            var idle = await DatabaseWork.ReadAsync(cluster, hosts);
            await Task.Delay(IdleTime);
            var (accepted, stored) = (ReadAccepted(), await cluster.StoredBytesAsync());
            var before = await DatabaseWork.ReadAsync(cluster, hosts);
            var locks = new LockWaits(cluster.PostgreSql);
            var clock = Stopwatch.StartNew();
            await SendAsync(count, send);
            var seconds = clock.Elapsed.TotalSeconds;
            var waits = await locks.StopAsync();
            var work = (await DatabaseWork.ReadAsync(cluster, hosts)).Since(before, count);
            var processes = hosts.All.Count();
            return new ScalingRun
            {
                Processes = processes,
                Load = words,
                Count = count,
                Seconds = seconds,
                Shares = [.. ReadAccepted().Zip(accepted, (after, before) => after - before)],
                Database = work,
                StoredBytesEach = (await cluster.StoredBytesAsync() - stored) / count,
                IdleStatements = before.Since(idle, count: 1).Statements / IdleTime.TotalSeconds / processes,
                LockWaits = waits,
            };
        }

        public async ValueTask DisposeAsync()
        {
            await hosts.StopAsync();
            await hosts.DisposeAsync();
            await cluster.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }

        private async Task SendAsync(int count, Func<TriggerLoad, Task> send)
        {
            using var load = new TriggerLoad(cluster.Addresses, count, keys: $"load-{++_loads}");
            await send(load);
            while (cluster.Stored.CountPending() > 0)
                await Task.Delay(Poll);
        }

        private int[] ReadAccepted() =>
            [
                .. hosts.All.Select(host =>
                    VendorRecord.Read(host.Settings.Record).Count(entry => entry.Act == VendorAct.Accepted)
                ),
            ];
    }
}
