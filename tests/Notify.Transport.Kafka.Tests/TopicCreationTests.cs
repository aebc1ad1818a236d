using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Notify.Engines;
using Notify.Testing;

namespace Notify.Transport.Kafka.Tests;

/// <summary>Brokers that are away, or do not have the topics yet, when an application starts or later.</summary>
public sealed class TopicCreationTests : IDisposable
{
    private readonly SharedMemory _store = new();
    private readonly Mail _mail = new();
    private readonly FakeLoggerProvider _log = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Topics_that_could_not_be_created_at_start_are_tried_again_until_they_exist()
    {
        using var cluster = KafkaCluster.Start();
        cluster.TakeDown();
        await using var sending = await StartAsync(cluster);
        Assert.Contains(_log.ReadLines(), line => line.Contains("The topics could not be created", StringComparison.Ordinal));

        cluster.BringUp();
        await cluster.CreateTopicsAsync("");

        await Eventually.TrueAsync(
            () => _log.ReadLines().Any(line => line.Contains("Every topic exists now", StringComparison.Ordinal)),
            "the creation to be tried again"
        );
        await _store.AcceptedAsync(await sending.TriggerAsync(5));
    }

    [Fact]
    public async Task A_consumer_waits_for_all_topics_and_is_assigned_every_partition_at_once()
    {
        using var cluster = KafkaCluster.Start();
        await cluster.CreateTopicsAsync("", partitions: 4, "deliveries-high");
        await using var sending = await StartAsync(cluster);

        await cluster.CreateTopicsAsync("", partitions: 4, [.. KafkaCluster.TopicNames.Except(["deliveries-high"])]);

        var first = await Eventually.FindAsync(
            () =>
                Task.FromResult(
                    _log.ReadLines()
                        .FirstOrDefault(line =>
                            line.Contains("partitions were assigned to this process", StringComparison.Ordinal)
                        )
                ),
            "partitions to be assigned"
        );
        Assert.StartsWith("12 partitions", first, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorCode.UnknownTopicOrPart)]
    [InlineData(ErrorCode.LeaderNotAvailable)]
    public async Task Events_are_published_again_when_the_brokers_do_not_know_their_topic_for_a_while(ErrorCode error)
    {
        using var cluster = KafkaCluster.Start();
        await cluster.CreateTopicsAsync("");
        await using var sending = await StartAsync(cluster, forgetting: true);
        await _store.AcceptedAsync(await sending.TriggerAsync(1));
        await Eventually.TrueAsync(async () => await CountAsync() == 1, "the first event");

        cluster.FailTopic("analytics-events", error);
        await _store.AcceptedAsync(await sending.TriggerAsync(20));
        // The producer reads the metadata every 300 ms, and then gives up what it holds. A machine so busy that it does not get
        // to it makes the test prove less, and never makes it fail.
        await Task.Delay(TimeSpan.FromSeconds(1));
        await _store.AcceptedAsync(await sending.TriggerAsync(20));
        cluster.FailTopic("analytics-events", ErrorCode.NoError);

        await Eventually.TrueAsync(async () => await CountAsync() == 41, "every event");

        async Task<int> CountAsync() => (await cluster.ReadAsync("analytics-events")).Count;
    }

    private Task<Application> StartAsync(KafkaCluster cluster, bool forgetting = false) =>
        Application.StartAsync(
            builder =>
            {
                _store.AddTo(builder);
                builder.Services.AddLogging(logging => logging.AddProvider(_log));
            },
            cluster.BootstrapServers,
            _mail,
            options =>
            {
                options.CreateTopics = !forgetting;
                options.HandOverTime = TimeSpan.FromMinutes(5);
                if (!forgetting)
                    return;
                options.Settings["topic.metadata.refresh.interval.ms"] = "300";
                options.Settings["topic.metadata.propagation.max.ms"] = "0";
            },
            options => options.Workers = Workers.All
        );
}
