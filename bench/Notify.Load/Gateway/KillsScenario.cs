using System.Diagnostics;
using Notify.Engines;
using Notify.Load.Hosts;
using Notify.TestSupport;

namespace Notify.Load.Gateway;

/// <summary>
/// Kills each process of a cluster in turn, also the gateway, while clients send through the gateway, and starts it again.
/// Clients may see only errors that they can repeat, and each idempotency key must lead to exactly one notification, which is
/// sent.
/// </summary>
internal static class KillsScenario
{
    public const string Name = "gateway-kills";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var rounds = arguments.Int32("rounds", 5, min: 1);
        var clients = arguments.Int32("clients", 16, min: 1);
        var pause = TimeSpan.FromMilliseconds(arguments.Int32("pause-ms", 0, min: 0));
        var between = arguments.Int32("between", 500, min: 1);
        var members = arguments.Text("processes") switch
        {
            null or "every-role" => HostCluster.EveryRole,
            "few" => HostCluster.FewProcesses,
            var other => throw new ArgumentException($"--processes {other} is unknown. Use every-role or few."),
        };
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        await using var postgreSql = await PostgreSqlProcess.StartAsync();
        await using var redis = await RedisProcess.StartAsync();
        using var kafka = KafkaCluster.Start();
        await kafka.CreateTopicsAsync("");
        await using var cluster = await HostCluster.StartAsync(
            new HostClusterEngines(postgreSql.ConnectionString, redis.Address, kafka.BootstrapServers, ""),
            environment => ReferenceHost.Start(folder.Path, environment),
            members
        );

        var load = new KillsLoad(cluster, pause);
        var started = Stopwatch.GetTimestamp();
        Task[] sending = [.. Enumerable.Range(0, clients).Select(load.SendAsync), load.ReadAsync()];
        for (var round = 1; round <= rounds; round++)
        {
            // The kills do not wait for the processes that were killed before, except that clients must get through.
            var starts = new List<Task>();
            foreach (var name in cluster.Names)
            {
                await load.WaitForMoreAsync(between);
                await cluster.KillAsync(name);
                starts.Add(cluster.StartAsync(name));
            }

            await Task.WhenAll(starts);
            Console.Error.WriteLine($"  round {round} of {rounds}: {load.Accepted} accepted, {load.Repeated} calls repeated");
        }

        await load.WaitForMoreAsync(between);
        load.End();
        await Task.WhenAll(sending);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var delivered = await load.SettleAsync();

        var result = new KillsResult(
            load.Accepted,
            Math.Round(load.Accepted / seconds, 1),
            rounds * cluster.Names.Count,
            load.Repeated,
            delivered,
            load.Notifications,
            load.OtherErrors.Count
        );
        foreach (var error in load.OtherErrors.Take(20))
            Console.Error.WriteLine(error);
        result.Print();
        return load.OtherErrors.IsEmpty && delivered == load.Accepted && load.Notifications == load.Accepted ? 0 : 1;
    }
}
