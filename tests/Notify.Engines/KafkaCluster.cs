using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Notify.Engines;

/// <summary>
/// A Kafka cluster for tests: the real one at the address in <c>NOTIFY_TEST_KAFKA</c> if that is set, or otherwise three of
/// librdkafka's mock brokers in this process.
/// </summary>
public sealed class KafkaCluster : IDisposable
{
    /// <summary>The names of an application's topics, without the prefix.</summary>
    public static readonly IReadOnlyList<string> TopicNames =
    [
        "deliveries-high",
        "deliveries-normal",
        "deliveries-bulk",
        "notify-dead-letter",
        "notification-events",
        "device-events",
        "analytics-events",
    ];

    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(30);

    private readonly MockKafka? _mock;

    private KafkaCluster(MockKafka mock) => (_mock, BootstrapServers) = (mock, mock.BootstrapServers);

    private KafkaCluster(string bootstrapServers) => BootstrapServers = bootstrapServers;

    public string BootstrapServers { get; }

    /// <summary>Whether this is a real cluster. Only a real cluster lets clients create topics.</summary>
    public bool IsReal => _mock is null;

    /// <summary>Starts mock brokers, for tests and measurements that break their cluster.</summary>
    public static KafkaCluster Start(int brokers = 3) => new(new MockKafka(brokers));

    /// <summary>Connects to the cluster that <c>NOTIFY_TEST_KAFKA</c> names, or starts mock brokers if it is not set.</summary>
    public static KafkaCluster StartOrConnect() =>
        Environment.GetEnvironmentVariable("NOTIFY_TEST_KAFKA") is { Length: > 0 } address ? new(address) : Start();

    /// <summary>Creates an application's topics, or only those in <paramref name="names"/>.</summary>
    public async Task CreateTopicsAsync(string prefix, int partitions = 4, params IReadOnlyList<string> names)
    {
        string[] topics = [.. (names.Count == 0 ? TopicNames : names).Select(name => prefix + name)];
        if (_mock is not null)
        {
            foreach (var topic in topics)
                _mock.CreateTopic(topic, partitions);
            return;
        }

        using var admin = OpenAdmin();
        await admin.CreateTopicsAsync(
            topics.Select(topic => new TopicSpecification
            {
                Name = topic,
                NumPartitions = partitions,
                ReplicationFactor = -1,
            })
        );
    }

    /// <summary>Reads all messages that are in a topic now.</summary>
    public Task<List<KafkaMessage>> ReadAsync(string topic) => Task.Run(() => Read(topic));

    public async Task WriteAsync(string topic, int partition, byte[] body)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(Configure(new ProducerConfig())).Build();
        await producer.ProduceAsync(new TopicPartition(topic, partition), new Message<Null, byte[]> { Value = body });
    }

    /// <summary>Closes all connections and refuses new ones.</summary>
    public void TakeDown() => GetMock().TakeDown();

    public void BringUp() => GetMock().BringUp();

    /// <summary>
    /// Makes the brokers answer all requests about a topic with <paramref name="error"/>, until it is set to
    /// <see cref="ErrorCode.NoError"/>.
    /// </summary>
    public void FailTopic(string topic, ErrorCode error) => GetMock().FailTopic(topic, (int)error);

    public void Dispose() => _mock?.Dispose();

    private MockKafka GetMock() => _mock ?? throw new InvalidOperationException("Only mock brokers can be made to fail.");

    private List<KafkaMessage> Read(string topic)
    {
        using var admin = OpenAdmin();
        var partitions = admin.GetMetadata(topic, BrokerTimeout).Topics.Single().Partitions;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            Configure(
                new ConsumerConfig
                {
                    GroupId = "reader",
                    EnableAutoCommit = false,
                    EnablePartitionEof = true,
                    FetchWaitMaxMs = 10,
                }
            )
        ).Build();
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        var messages = new List<KafkaMessage>();
        for (var open = partitions.Count; open > 0; )
        {
            var next = consumer.Consume(BrokerTimeout)
                ?? throw new TimeoutException($"{topic} could not be read within {BrokerTimeout}.");
            if (next.IsPartitionEOF)
                open--;
            else
                messages.Add(KafkaMessage.Create(next));
        }

        return messages;
    }

    private IAdminClient OpenAdmin() => new AdminClientBuilder(Configure(new AdminClientConfig())).Build();

    private TConfig Configure<TConfig>(TConfig config)
        where TConfig : ClientConfig
    {
        config.BootstrapServers = BootstrapServers;
        return config;
    }
}
