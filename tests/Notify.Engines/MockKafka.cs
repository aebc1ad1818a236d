using System.Runtime.InteropServices;

namespace Notify.Engines;

/// <summary>
/// librdkafka's mock cluster: brokers in this process that speak Kafka's protocol over real sockets. A broker that is taken down
/// closes its connections and refuses new ones; it still has its messages when it is brought up again. The brokers do not
/// support the request that creates topics, so <see cref="CreateTopic"/> creates them through librdkafka.
/// </summary>
internal sealed partial class MockKafka : IDisposable
{
    private const string Library = "librdkafka";

    // The builds in the package librdkafka.redist, in the order in which Confluent.Kafka tries them. The first needs a version
    // of libsasl2 that Debian 12 does not have.
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
        // The mock cluster needs a client to run in. That client has no brokers to connect to, and would log a warning about it.
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
    /// Makes the cluster answer every request about the topic with this error, as a broker that is still starting does. Pass 0
    /// to stop that.
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
            throw new InvalidOperationException($"librdkafka failed with error {error}.");
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
