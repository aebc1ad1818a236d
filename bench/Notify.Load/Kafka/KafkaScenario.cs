using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.Load.PostgreSql;

namespace Notify.Load.Kafka;

/// <summary>
/// Trigger, PostgreSQL with fsync, three brokers, a second process that delivers through a provider that accepts at once,
/// settlement. This is compared with a single process that does everything on the same server (<c>postgres</c>), which shows what
/// the brokers and the second process cost on the same cores. The single process publishes no events for other systems, so these
/// processes do not either; the details show what publishing two events per notification costs. A wait is the time until a
/// caller's trigger is durable. Memory and allocations are those of the triggering process.
/// </summary>
internal static class KafkaScenario
{
    private const int Concurrent = 64;

    private const double Reach = 0.8;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 40_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        arguments.RefuseUnknown();

        await using var server = await PostgreSqlProcess.StartAsync();
        using var brokers = KafkaCluster.Start();
        var details = new Dictionary<string, double>();
        Comparison result;
        await using (var cluster = await SmallCluster.StartAsync(server, brokers, "plain.", events: false))
        {
            result = await Comparison.RunAsync(
                "kafka",
                pairs,
                () => cluster.SendAsync(count, Concurrent),
                () => OneProcessAsync(server, count)
            );
            details["delivery_process_rss_mb"] = Math.Round(cluster.SenderPeakBytes / 1e6, 1);
        }

        await using (var cluster = await SmallCluster.StartAsync(server, brokers, "told.", events: true))
        {
            details["with_events_per_second"] = Math.Round((await cluster.SendAsync(count, Concurrent)).PerSecond, 1);
        }

        (result.AtLeast(Reach) with { Details = details }).Print();
        return 0;
    }

    private static async Task<Turn> OneProcessAsync(PostgreSqlProcess server, int count)
    {
        await using var database = await TurnDatabase.CreateAsync(server);
        await using var application = await Application.StartAsync(builder =>
            builder
                .UsePostgreSql(database.ConnectionString)
                .Services.Configure<NotificationsOptions>(options => options.MaxConcurrencyPerProvider = ClusterMember.Slots)
        );
        return await application.SendAsync(count, Concurrent);
    }
}
