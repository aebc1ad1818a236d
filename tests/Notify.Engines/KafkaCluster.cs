using System.Diagnostics;
using System.Text.RegularExpressions;
using Notify.Testing;

namespace Notify.Engines;

/// <summary>
/// Three brokers that speak Kafka's protocol: librdkafka's own, run by kcat for as long as its input is open. They create topics
/// on demand, with four partitions, and refuse to have them created.
/// </summary>
public sealed partial class KafkaCluster : IAsyncDisposable
{
    private readonly ServerProcess _kcat;

    private KafkaCluster(ServerProcess kcat, string bootstrapServers) => (_kcat, BootstrapServers) = (kcat, bootstrapServers);

    public string BootstrapServers { get; }

    public static async Task<KafkaCluster> StartAsync()
    {
        var kcat = ServerProcess.Start(
            ServerProcess.Find("kcat"),
            ["-X", "test.mock.num.brokers=3", "-P", "-b", "x", "-t", "keep"],
            keepInputOpen: true
        );
        var addresses = await Eventually.FindAsync(
            () => Task.FromResult(Addresses().Match(kcat.Output) is { Success: true } found ? found.Value : null),
            "the brokers' addresses"
        );
        return new KafkaCluster(kcat, addresses);
    }

    /// <summary>Every message of a topic so far, as kcat formats it.</summary>
    public async Task<string[]> ReadAsync(string topic, string format)
    {
        var lines = await RunAsync(["-C", "-t", topic, "-e", "-q", "-o", "beginning", "-f", format + "\\n"]);
        return System.Text.Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The body of the only message of a topic.</summary>
    public Task<byte[]> ReadBodyAsync(string topic) => RunAsync(["-C", "-t", topic, "-e", "-q", "-o", "beginning", "-f", "%s"]);

    public async Task WriteAsync(string topic, string partition, byte[] body)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("body"), body);
        await RunAsync(["-P", "-t", topic, "-p", partition, folder.File("body")]);
    }

    public async Task KillAsync()
    {
        _kcat.Kill();
        await _kcat.WaitForExitAsync();
    }

    public ValueTask DisposeAsync() => _kcat.DisposeAsync();

    private async Task<byte[]> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo(
            ServerProcess.Find("kcat"),
            ["-b", BootstrapServers, "-X", "fetch.wait.max.ms=10", .. arguments]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.ToArray() : throw new InvalidOperationException($"kcat failed: {await errors}");
    }

    [GeneratedRegex(@"127\.0\.0\.1:\d+(,127\.0\.0\.1:\d+){2}")]
    private static partial Regex Addresses();
}

/// <summary>
/// The cluster of the tests that do no harm to it; it starts with the first that asks, and each has a prefix of its own.
/// </summary>
public sealed class SharedKafkaCluster : IAsyncDisposable
{
    private readonly Lazy<Task<KafkaCluster>> _cluster = new(KafkaCluster.StartAsync);
    private int _prefixes;

    public async Task<(KafkaCluster Cluster, string Prefix)> GetAsync() =>
        (await _cluster.Value, $"test-{Interlocked.Increment(ref _prefixes)}.");

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated)
            await (await _cluster.Value).DisposeAsync();
    }
}
