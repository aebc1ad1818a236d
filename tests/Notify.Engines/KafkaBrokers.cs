using System.Runtime.InteropServices;
using Notify.Testing;

namespace Notify.Engines;

/// <summary>
/// Brokers that speak Kafka's protocol over real sockets: librdkafka's own, inside this process. A broker that is taken down
/// breaks its connections and refuses new ones, and has its messages again when it is up. They refuse to have topics created by
/// clients.
/// </summary>
public sealed partial class KafkaBrokers : IDisposable
{
    // The native library of the package librdkafka.redist, the same that Confluent.Kafka loads.
    private const string Library = "librdkafka";
    private const int Producer = 0;

    private readonly int _brokers;
    private readonly nint _client;
    private readonly nint _cluster;

    private KafkaBrokers(int brokers)
    {
        _brokers = brokers;
        var error = new byte[512];
        var configuration = rd_kafka_conf_new();
        // The client that carries the brokers connects to nobody, and need not warn of it.
        rd_kafka_conf_set(configuration, "log_level", "0", error, error.Length);
        _client = rd_kafka_new(Producer, configuration, error, error.Length);
        if (_client == 0)
            throw new InvalidOperationException(
                $"librdkafka cannot be used: {System.Text.Encoding.UTF8.GetString(error).TrimEnd('\0')}"
            );
        _cluster = rd_kafka_mock_cluster_new(_client, brokers);
        BootstrapServers = Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(_cluster))!;
    }

    public string BootstrapServers { get; }

    public static KafkaBrokers Start(int brokers = 3)
    {
        return new KafkaBrokers(brokers);
    }

    public void CreateTopic(string name, int partitions) =>
        Check(rd_kafka_mock_topic_create(_cluster, name, partitions, _brokers));

    public void TakeDown()
    {
        for (var broker = 1; broker <= _brokers; broker++)
            Check(rd_kafka_mock_broker_set_down(_cluster, broker));
    }

    public void BringUp()
    {
        for (var broker = 1; broker <= _brokers; broker++)
            Check(rd_kafka_mock_broker_set_up(_cluster, broker));
    }

    public void Dispose()
    {
        rd_kafka_mock_cluster_destroy(_cluster);
        rd_kafka_destroy(_client);
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new InvalidOperationException($"librdkafka refused with error {error}.");
    }

    [LibraryImport(Library)]
    private static partial nint rd_kafka_conf_new();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_conf_set(nint configuration, string name, string value, byte[] error, nint errorSize);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_new(int type, nint configuration, byte[] error, nint errorSize);

    [LibraryImport(Library)]
    private static partial void rd_kafka_destroy(nint client);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_new(nint client, int brokers);

    [LibraryImport(Library)]
    private static partial void rd_kafka_mock_cluster_destroy(nint cluster);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_bootstraps(nint cluster);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_mock_topic_create(nint cluster, string topic, int partitions, int replicationFactor);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_down(nint cluster, int broker);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_up(nint cluster, int broker);
}
