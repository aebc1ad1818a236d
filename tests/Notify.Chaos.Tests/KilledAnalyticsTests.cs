using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Load.Kafka;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

/// <summary>Processes that count the figures from Kafka, and are killed while they do.</summary>
public sealed class KilledAnalyticsTests
{
    [Fact]
    public async Task Events_are_counted_once_although_workers_are_killed_and_others_read_the_same_partitions()
    {
        await using var postgreSql = await PostgreSqlProcess.StartAsync();
        using var kafka = KafkaCluster.Start();
        await kafka.CreateTopicsAsync("", partitions: 3);
        var member = new ClusterMember(postgreSql.ConnectionString, kafka.BootstrapServers, "", Events: true)
        {
            CountFromEvents = true,
        };
        await using var sending = await Application.StartAsync(builder => member.Join(builder, Workers.All & ~Workers.Analytics));
        var triggering = TriggerAsync(sending, 2_000);

        // Each worker is the only member of its group, so all of them read every partition and compete for its position.
        var workers = await Task.WhenAll(
            Enumerable
                .Range(0, 3)
                .Select(i => SenderProcess.StartAsync(member with { ConsumerGroup = $"group-{i}", Workers = Workers.Analytics }))
        );
        try
        {
            foreach (var worker in workers[1..])
            {
                var before = await CountAsync(sending);
                var more = TriggerAsync(sending, 500);
                await Eventually.TrueAsync(async () => await CountAsync(sending) > before, "a worker to count");
                await worker.KillAsync();
                await more;
            }

            await triggering;
            await sending.SettleAsync();
            const int All = 3_000;
            Assert.Equal(All, sending.Accepted);
            await Eventually.TrueAsync(async () => await CountAsync(sending) >= 2 * All, "every event to be counted");
            var row = await FindAsync(sending);
            Assert.Equal((All, All), (row!.Accepted, row.Sent));
        }
        finally
        {
            foreach (var worker in workers)
                await worker.DisposeAsync();
        }
    }

    private static async Task<long> CountAsync(Application application) =>
        await FindAsync(application) is { } row ? row.Accepted + row.Sent : 0;

    private static async Task<AnalyticsRow?> FindAsync(Application application)
    {
        var query = new AnalyticsQuery { Tenant = Trigger.DefaultTenant, Resolution = AnalyticsResolution.Total };
        return (await application.Get<IAnalytics>().QueryAsync(query)).Rows.SingleOrDefault();
    }

    private static Task TriggerAsync(Application application, int count) =>
        Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, cancellation) =>
            await application.Notifier.TriggerAsync(
                new Trigger
                {
                    To = Recipient.Email($"{number}@example.org"),
                    Content = new Content { Title = "Your order", Body = "It was shipped." },
                },
                cancellation
            )
        );
}
