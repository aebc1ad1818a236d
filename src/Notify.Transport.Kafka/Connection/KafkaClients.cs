using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Notify.Transport.Kafka.Connection;

/// <summary>Opens connections to the cluster with the settings for their purpose.</summary>
internal sealed class KafkaClients(IOptions<KafkaTransportOptions> options, ILogger<KafkaClients> logger)
{
    // A hint has about 100 bytes. This many wait for slow brokers; deliveries whose hints are beyond it fall due by themselves.
    private const int QueuedHints = 100_000;

    // An event has about 300 bytes.
    private const int QueuedEvents = 100_000;
    private const int QueuedEventKilobytes = 32 * 1_024;

    // librdkafka fetches this ahead, beyond the batches that wait in the lanes. It fetches little of each partition at a time,
    // because messages that were fetched from a partition are fetched again once it was paused.
    private const int FetchedAheadKilobytes = 1_024;
    private const int FetchedAheadHints = 100_000;
    private const int FetchedOfPartitionBytes = 64 * 1_024;

    // A consumer that subscribed before a topic existed finds it with the next refresh.
    private const int MetadataRefreshMilliseconds = 10_000;

    // The brokers count a member as alive as long as a heartbeat arrives within the session; three may be lost.
    private const int HeartbeatsPerSession = 4;

    // Fetching from a resumed partition starts only after its broker has answered the previous request.
    private const int LongestFetchMilliseconds = 50;

    public IProducer<byte[], byte[]> OpenProducer(Action<Error> failed) => new ProducerBuilder<byte[], byte[]>(
            Configured(
                new ProducerConfig
                {
                    Acks = Acks.All,
                    EnableIdempotence = true,
                    LingerMs = 5,
                    // After this time the delivery has fallen due, and its hint is useless.
                    MessageTimeoutMs = (int)options.Value.HandOverTime.TotalMilliseconds,
                    QueueBufferingMaxMessages = QueuedHints,
                    DeliveryReportFields = "none",
                }
            )
        ).SetErrorHandler((_, error) => failed(error)).SetLogHandler((_, line) => Log.ClientLogged(logger, line.Message)).Build();

    public IProducer<byte[], byte[]> OpenEventProducer(Action<Error> failed) => new ProducerBuilder<byte[], byte[]>(
            Configured(
                new ProducerConfig
                {
                    Acks = Acks.All,
                    EnableIdempotence = true,
                    LingerMs = 20,
                    QueueBufferingMaxMessages = QueuedEvents,
                    QueueBufferingMaxKbytes = QueuedEventKilobytes,
                    // The same as in Java's clients, so that other systems find a user's events in the partition where they
                    // expect them.
                    Partitioner = Partitioner.Murmur2Random,
                    // A failed event is published again or counted, so its report must contain it.
                    DeliveryReportFields = "key,value,headers,status",
                }
            )
        ).SetErrorHandler((_, error) => failed(error)).SetLogHandler((_, line) => Log.ClientLogged(logger, line.Message)).Build();

    /// <summary>Opens a consumer that begins with new messages.</summary>
    public IConsumer<byte[], byte[]> OpenEventConsumer() =>
        CreateEventConsumerBuilder("processors", AutoOffsetReset.Latest, commitsItself: true).Build();

    /// <summary>Creates the builder of a consumer that reads every event, from positions that are kept in the store.</summary>
    public ConsumerBuilder<byte[], byte[]> CreateAnalyticsConsumerBuilder() =>
        CreateEventConsumerBuilder("analytics", AutoOffsetReset.Earliest, commitsItself: false);

    private ConsumerBuilder<byte[], byte[]> CreateEventConsumerBuilder(string group, AutoOffsetReset start, bool commitsItself) =>
        new ConsumerBuilder<byte[], byte[]>(
            Configured(
                new ConsumerConfig
                {
                    GroupId = $"{options.Value.TopicPrefix}{options.Value.ConsumerGroup}-{group}",
                    AutoOffsetReset = start,
                    SessionTimeoutMs = SessionMilliseconds,
                    HeartbeatIntervalMs = SessionMilliseconds / HeartbeatsPerSession,
                    EnableAutoCommit = commitsItself,
                    QueuedMaxMessagesKbytes = FetchedAheadKilobytes,
                    FetchWaitMaxMs = LongestFetchMilliseconds,
                    TopicMetadataRefreshIntervalMs = MetadataRefreshMilliseconds,
                    AllowAutoCreateTopics = true,
                }
            )
        ).SetLogHandler((_, line) => Log.ClientLogged(logger, line.Message));

    public ConsumerBuilder<byte[], byte[]> CreateHintConsumerBuilder() =>
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
                    // A low number would make a partition pause between fetches. The size limit bounds the memory.
                    QueuedMinMessages = FetchedAheadHints,
                    QueuedMaxMessagesKbytes = FetchedAheadKilobytes,
                    MaxPartitionFetchBytes = FetchedOfPartitionBytes,
                    FetchWaitMaxMs = LongestFetchMilliseconds,
                    TopicMetadataRefreshIntervalMs = MetadataRefreshMilliseconds,
                    // Brokers that create topics on demand then also create them for a consumer, which would otherwise wait for
                    // the first hint.
                    AllowAutoCreateTopics = true,
                }
            )
        ).SetLogHandler((_, line) => Log.ClientLogged(logger, line.Message));

    public IAdminClient OpenAdmin() =>
        new AdminClientBuilder(Configured(new AdminClientConfig()))
            .SetLogHandler((_, line) => Log.ClientLogged(logger, line.Message))
            .Build();

    private int SessionMilliseconds => (int)options.Value.SessionTimeout.TotalMilliseconds;

    // The application's settings take precedence; those that must not were refused at start.
    private TConfig Configured<TConfig>(TConfig config)
        where TConfig : ClientConfig
    {
        config.BootstrapServers = options.Value.BootstrapServers;
        foreach (var (name, value) in options.Value.Settings)
            config.Set(name, value);
        return config;
    }
}
