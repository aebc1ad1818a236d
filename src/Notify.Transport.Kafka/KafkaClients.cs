using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Notify.Transport.Kafka;

/// <summary>Opens connections to the cluster, each with the settings that its purpose asks for.</summary>
internal sealed class KafkaClients(IOptions<KafkaTransportOptions> options, ILogger<KafkaClients> logger)
{
    // A hint is some 100 bytes. So much of them is kept for brokers that are slow, and what comes beyond it falls due by itself.
    private const int QueuedHints = 100_000;

    // What is fetched ahead is beyond the batches that wait already.
    private const int FetchedAheadKilobytes = 1_024;

    public IProducer<byte[], byte[]> OpenProducer(Action<Error> failed) =>
        new ProducerBuilder<byte[], byte[]>(new ProducerConfig(Settings())
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = 2,
            // Later than this, the delivery has fallen due and its hint is of no use.
            MessageTimeoutMs = (int)options.Value.HandOverTime.TotalMilliseconds,
            QueueBufferingMaxMessages = QueuedHints,
        })
        .SetErrorHandler((_, error) => failed(error))
        .SetLogHandler((_, line) => Log.ClientSaid(logger, line.Message))
        .Build();

    public ConsumerBuilder<byte[], byte[]> ForConsumer() =>
        new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(Settings())
        {
            GroupId = options.Value.TopicPrefix + options.Value.ConsumerGroup,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = true,
            EnableAutoOffsetStore = false,
            AutoCommitIntervalMs = 1_000,
            QueuedMinMessages = options.Value.BatchSize,
            QueuedMaxMessagesKbytes = FetchedAheadKilobytes,
            TopicMetadataRefreshIntervalMs = 30_000,
            // Brokers that create topics on demand do so for a consumer too, instead of letting it wait for the first hint.
            AllowAutoCreateTopics = true,
        })
        .SetLogHandler((_, line) => Log.ClientSaid(logger, line.Message));

    public IAdminClient OpenAdmin() =>
        new AdminClientBuilder(new AdminClientConfig(Settings()))
            .SetLogHandler((_, line) => Log.ClientSaid(logger, line.Message))
            .Build();

    private Dictionary<string, string> Settings() => new(options.Value.Settings, StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = options.Value.BootstrapServers,
    };
}
