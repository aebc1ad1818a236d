using System.Runtime.InteropServices;

namespace Notify.Engines;

/// <summary>
/// Brokers that speak Kafka's protocol over real sockets: librdkafka's mock cluster, inside this process. A broker that is taken
/// down breaks its connections and refuses new ones, and has its messages again when it is up. It does not know the request that
/// creates topics; <see cref="CreateTopic"/> does what an operator would.
/// </summary>
internal sealed partial class MockKafka : IDisposable
{
    private const string Library = "librdkafka";

    // The builds of the package librdkafka.redist. The first needs a version of libsasl2 that Debian 12 does not have;
    // Confluent.Kafka falls back to the second in the same way.
    private static readonly string[] Builds = ["librdkafka", "centos8-librdkafka"];

    private const int Producer = 0;

    private readonly int _brokers;
    private readonly nint _client;
    private readonly nint _cluster;

    static MockKafka() => NativeLibrary.SetDllImportResolver(typeof(MockKafka).Assembly, static (name, assembly, path) =>
        {
            foreach (var build in name == Library ? Builds : [])
            {
                if (NativeLibrary.TryLoad(build, assembly, path, out var handle))
                    return handle;
            }

            return 0;
        });

    public MockKafka(int brokers)
    {
        _brokers = brokers;
        var error = new byte[512];
        var configuration = rd_kafka_conf_new();
        // The client that carries the brokers connects to none, and would warn about that.
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

    public void CreateTopic(string name, int partitions) =>
        Check(rd_kafka_mock_topic_create(_cluster, name, partitions, _brokers));

    /// <summary>
    /// Lets the cluster answer as if it did not know the topic, as a broker does that is just starting; 0 ends it.
    /// </summary>
    public void FailTopic(string name, int error) => rd_kafka_mock_topic_set_error(_cluster, name, error);

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

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial void rd_kafka_mock_topic_set_error(nint cluster, string topic, int error);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_down(nint cluster, int broker);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_up(nint cluster, int broker);
}
