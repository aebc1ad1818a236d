using System.Collections.Concurrent;
using System.Globalization;
using Notify.Engines;
using Notify.Host.Tests.Deployment;
using Notify.Testing;

namespace Notify.Host.Tests.Cluster;

/// <summary>All roles of the reference host as separate processes behind the gateway, on PostgreSQL, Redis and Kafka.</summary>
internal sealed class ClusterProcesses : IAsyncDisposable
{
    public const string Key = "a-key-of-the-cluster";

    /// <summary>The processes by name. A name is that of its role, with a number if the role has two processes.</summary>
    private static readonly string[] Names =
    [
        "gateway",
        "auth",
        "notifications-1",
        "notifications-2",
        "devices",
        "analytics",
        "processor",
        "delivery",
        "retry",
        "batch",
    ];

    private readonly Deployment.Engines _engines;
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, int> _ports = Names.ToDictionary(name => name, _ => FreePort.Next());
    private readonly ConcurrentDictionary<string, ServerProcess> _processes = new();

    private ClusterProcesses(Deployment.Engines engines) => _engines = engines;

    public static IEnumerable<string> All => Names;

    /// <summary>Gets the address of the gateway.</summary>
    public Uri Address => GetAddress("gateway");

    public static async Task<ClusterProcesses> StartAsync(PostgreSqlServer postgres, SharedKafkaCluster kafka)
    {
        var cluster = new ClusterProcesses(await Deployment.Engines.StartAsync(postgres, kafka));
        try
        {
            // The first one creates the schema. All at once would wait for it anyway.
            await cluster.StartAsync("notifications-1");
            await Task.WhenAll(Names.Except(["notifications-1"]).Select(cluster.StartAsync));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public HttpClient CreateClient() => new() { BaseAddress = Address, DefaultRequestHeaders = { Authorization = new("Bearer", Key) } };

    /// <summary>Starts a process and waits until it is ready.</summary>
    public async Task StartAsync(string name)
    {
        var (process, client) = await SampleProcess.StartHostAsync(
            _folder.Path,
            CreateEnvironment(name),
            "--urls",
            GetAddress(name).ToString()
        );
        client.Dispose();
        _processes[name] = process;
    }

    /// <summary>Kills a process with SIGKILL.</summary>
    public async Task KillAsync(string name)
    {
        _processes[name].Kill();
        await _processes[name].WaitForExitAsync();
        await _processes[name].DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
            await process.DisposeAsync();
        await _engines.DisposeAsync();
        _folder.Dispose();
    }

    private Uri GetAddress(string name) => new($"http://127.0.0.1:{_ports[name].ToString(CultureInfo.InvariantCulture)}");

    // Short times, so that deliveries of a killed process are soon continued by another.
    private Dictionary<string, string> CreateEnvironment(string name)
    {
        var environment = new Dictionary<string, string>
        {
            ["Notify__Roles"] = name.Split('-')[0],
            ["Notify__ApiKey"] = Key,
            ["Notify__PostgreSql"] = _engines.PostgreSql,
            ["Notify__Redis"] = _engines.Redis.Address,
            ["Notify__Kafka"] = _engines.Kafka,
            ["Notify__Kafka__TopicPrefix"] = _engines.TopicPrefix,
            ["Notify__Kafka__HandOverTime"] = "00:00:03",
            ["Notify__Kafka__SessionTimeout"] = "00:00:06",
            ["Notify__AttemptTimeout"] = "00:00:01",
            ["Notify__LeaseDuration"] = "00:00:03",
            ["Notify__ShutdownDelay"] = "00:00:00",
        };
        if (name == "gateway")
        {
            environment["Notify__Gateway__Notifications"] = $"{GetAddress("notifications-1")} {GetAddress("notifications-2")}";
            environment["Notify__Gateway__Devices"] = GetAddress("devices").ToString();
            environment["Notify__Gateway__Analytics"] = GetAddress("analytics").ToString();
            environment["Notify__Gateway__HealthInterval"] = "00:00:01";
            environment["Notify__Gateway__TryTimeout"] = "00:00:10";
        }

        return environment;
    }
}
