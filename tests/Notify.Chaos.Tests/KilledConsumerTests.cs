using System.Diagnostics;
using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Load.Kafka;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

/// <summary>
/// A process that is killed leaves its Kafka partitions silent until the brokers miss it. librdkafka's mock brokers count the
/// session of each member as real ones do, and give its partitions to the others when the session ends.
/// </summary>
public sealed class KilledConsumerTests
{
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The session, a heartbeat by which the others learn of it, and as long again for the mock brokers, which let a group wait
    /// for its members. It stays below librdkafka's own session of 45 seconds however busy the machine is.
    /// </summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task Another_process_takes_over_the_partitions_of_one_that_was_killed()
    {
        await using var postgreSql = await PostgreSqlProcess.StartAsync();
        using var kafka = KafkaCluster.Start();
        await kafka.CreateTopicsAsync("", partitions: 12);
        // Nothing falls due within the test: whatever is sent was sent because its hint arrived.
        var member = new ClusterMember(postgreSql.ConnectionString, kafka.BootstrapServers, "", Events: false)
        {
            SessionTimeout = Session,
            HandOverTime = TimeSpan.FromMinutes(10),
        };
        await using var stays = await Application.StartAsync(builder => member.Join(builder, Workers.All));
        await using var dies = await SenderProcess.StartAsync(member);
        await Eventually.TrueAsync(
            async () =>
            {
                await TriggerAsync(stays, 30);
                return stays.Accepted > 0 && await dies.AcceptedAsync() > 0;
            },
            "both processes to send"
        );

        await dies.KillAsync();
        var before = stays.Accepted;
        var watch = Stopwatch.StartNew();
        await TriggerAsync(stays, 300).WaitAsync(Longest);

        Assert.Equal(300, stays.Accepted - before);
        TestContext.Current.TestOutputHelper?.WriteLine($"Taken over within {watch.Elapsed.TotalSeconds:0.0} s.");
    }

    // In every lane: the group may give all partitions of one lane to one process.
    private static async Task TriggerAsync(Application application, int count)
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, count)
                .Select(number =>
                    application.Notifier.TriggerAsync(
                        new Trigger
                        {
                            To = Recipient.Email($"{number}@example.org"),
                            Content = new Content { Title = "Your order", Body = "It was shipped." },
                            Priority = (Priority)(number % 3),
                        }
                    )
                )
        );
        await application.SettleAsync();
    }
}
