using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Notify.Transport.Kafka;

/// <summary>Opens connections to the cluster, each with the settings that its purpose asks for.</summary>
internal sealed class KafkaClients(IOptions<KafkaTransportOptions> options, ILogger<KafkaClients> logger)
{
    // A hint is some 100 bytes. So much of them is kept for brokers that are slow, and what comes beyond it falls due by itself.
    private const int QueuedHints = 100_000;

    // An event is some 300 bytes.
    private const int QueuedEvents = 100_000;
    private const int QueuedEventKilobytes = 32 * 1_024;

    // What is fetched ahead is beyond the batches that wait already. Little of each partition at a time: what was fetched of one
    // that is paused then is fetched again.
    private const int FetchedAheadKilobytes = 1_024;
    private const int FetchedAheadHints = 100_000;
    private const int FetchedOfPartitionBytes = 64 * 1_024;

    // A consumer that subscribed before a topic was there finds it with the next look.
    private const int MetadataRefreshMilliseconds = 10_000;

    // The brokers count a member as alive as long as a heartbeat arrives within the session; three may be lost.
    private const int HeartbeatsPerSession = 4;

    // A partition that is resumed is fetched from once its broker has answered what it was asked before.
    private const int LongestFetchMilliseconds = 50;

    public IProducer<byte[], byte[]> OpenProducer(Action<Error> failed) => new ProducerBuilder<byte[], byte[]>(
            Configured(
                new ProducerConfig
                {
                    Acks = Acks.All,
                    EnableIdempotence = true,
                    LingerMs = 5,
                    // Later than this, the delivery has fallen due and its hint is of no use.
                    MessageTimeoutMs = (int)options.Value.HandOverTime.TotalMilliseconds,
                    QueueBufferingMaxMessages = QueuedHints,
                    DeliveryReportFields = "none",
                }
            )
        ).SetErrorHandler((_, error) => failed(error)).SetLogHandler((_, line) => Log.ClientSaid(logger, line.Message)).Build();

    public IProducer<byte[], byte[]> OpenEventProducer(Action<Error> failed) => new ProducerBuilder<byte[], byte[]>(
            Configured(
                new ProducerConfig
                {
                    Acks = Acks.All,
                    EnableIdempotence = true,
                    LingerMs = 20,
                    QueueBufferingMaxMessages = QueuedEvents,
                    QueueBufferingMaxKbytes = QueuedEventKilobytes,
                    // As Java's clients do it, so that other systems find a user's events in the partition where they expect
                    // them.
                    Partitioner = Partitioner.Murmur2Random,
                    // An event that the brokers could not place is published again, so its report must carry it.
                    DeliveryReportFields = "key,value",
                }
            )
        ).SetErrorHandler((_, error) => failed(error)).SetLogHandler((_, line) => Log.ClientSaid(logger, line.Message)).Build();

    /// <summary>A consumer that begins with what comes from now on.</summary>
    public IConsumer<byte[], byte[]> OpenEventConsumer() => new ConsumerBuilder<byte[], byte[]>(
            Configured(
                new ConsumerConfig
                {
                    GroupId = $"{options.Value.TopicPrefix}{options.Value.ConsumerGroup}-processors",
                    AutoOffsetReset = AutoOffsetReset.Latest,
                    SessionTimeoutMs = SessionMilliseconds,
                    HeartbeatIntervalMs = SessionMilliseconds / HeartbeatsPerSession,
                    EnableAutoCommit = true,
                    QueuedMaxMessagesKbytes = FetchedAheadKilobytes,
                    FetchWaitMaxMs = LongestFetchMilliseconds,
                    TopicMetadataRefreshIntervalMs = MetadataRefreshMilliseconds,
                    AllowAutoCreateTopics = true,
                }
            )
        ).SetLogHandler((_, line) => Log.ClientSaid(logger, line.Message)).Build();

    public ConsumerBuilder<byte[], byte[]> ForConsumer() =>
        new ConsumerBuilder<byte[], byte[]>(
            Configured(
                new ConsumerConfig
                {
                    GroupId = options.Value.TopicPrefix + options.Value.ConsumerGroup,
                    PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
                    AutoOffsetReset = AutoOffsetReset.Earliest,
                    SessionTimeoutMs = SessionMilliseconds,
                    HeartbeatIntervalMs = SessionMilliseconds / HeartbeatsPerSession,
                    EnableAutoCommit = true,
                    EnableAutoOffsetStore = false,
                    AutoCommitIntervalMs = 1_000,
                    // A low number would let a partition rest between fetches; the size is what bounds the memory.
                    QueuedMinMessages = FetchedAheadHints,
                    QueuedMaxMessagesKbytes = FetchedAheadKilobytes,
                    MaxPartitionFetchBytes = FetchedOfPartitionBytes,
                    FetchWaitMaxMs = LongestFetchMilliseconds,
                    TopicMetadataRefreshIntervalMs = MetadataRefreshMilliseconds,
                    // Brokers that create topics on demand do so for a consumer too, instead of letting it wait for the first
                    // hint.
                    AllowAutoCreateTopics = true,
                }
            )
        ).SetLogHandler((_, line) => Log.ClientSaid(logger, line.Message));

    public IAdminClient OpenAdmin() =>
        new AdminClientBuilder(Configured(new AdminClientConfig()))
            .SetLogHandler((_, line) => Log.ClientSaid(logger, line.Message))
            .Build();

    private int SessionMilliseconds => (int)options.Value.SessionTimeout.TotalMilliseconds;

    // The application's settings win; those that must not were refused at start.
    private TConfig Configured<TConfig>(TConfig config)
        where TConfig : ClientConfig
    {
        config.BootstrapServers = options.Value.BootstrapServers;
        foreach (var (name, value) in options.Value.Settings)
            config.Set(name, value);
        return config;
    }
}
