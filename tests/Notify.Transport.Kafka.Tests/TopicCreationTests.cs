using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Notify.Engines;
using Notify.TestSupport;
using Notify.Transport.Kafka.Connection;

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
            () => _log.ReadLines().Any(line => line.Contains("All topics exist", StringComparison.Ordinal)),
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

    [Fact]
    public void The_topics_of_events_have_partitions_for_themselves()
    {
        var options = new KafkaTransportOptions { ReplicationFactor = 2 };
        var topics = new KafkaTopics(Options.Create(options));

        var wanted = TopicSpecifications.Create(topics, options).ToDictionary(topic => topic.Name, topic => topic.NumPartitions);

        Assert.All((string[])["notification-events", "device-events", "analytics-events"], name => Assert.Equal(3, wanted[name]));
        Assert.All(topics.Lanes, name => Assert.Equal(12, wanted[name]));
    }

    private Task<Application> StartAsync(KafkaCluster cluster) =>
        Application.StartAsync(
            builder =>
            {
                _store.AddTo(builder);
                builder.Services.AddLogging(logging => logging.AddProvider(_log));
            },
            cluster.BootstrapServers,
            _mail,
            options => (options.CreateTopics, options.HandOverTime) = (true, TimeSpan.FromMinutes(5)),
            options => options.Workers = Workers.All
        );
}
