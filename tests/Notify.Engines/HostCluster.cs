using System.Collections.Concurrent;
using System.Globalization;
using Notify.Testing;

namespace Notify.Engines;

/// <summary>The addresses of the engines that the processes of a cluster share.</summary>
public sealed record HostClusterEngines(string PostgreSql, string Redis, string Kafka, string TopicPrefix);

/// <summary>
/// Roles of the reference host as separate processes behind the gateway. Each process has its own loopback address, as each pod
/// of a cluster has its own, and all use the same ports.
/// </summary>
public sealed class HostCluster : IAsyncDisposable
{
    public const string Key = "a-key-of-the-cluster";

    private const string Gateway = "gateway";

    private readonly HostClusterEngines _engines;
    private readonly Func<Dictionary<string, string>, ServerProcess> _start;
    private readonly (string Name, string Roles)[] _members;
    private readonly ConcurrentDictionary<string, ServerProcess> _processes = new();
    private readonly int _port = FreePort.Next();
    private readonly int _http2Port = FreePort.Next();

    private HostCluster(
        HostClusterEngines engines,
        Func<Dictionary<string, string>, ServerProcess> start,
        (string Name, string Roles)[] members
    ) => (_engines, _start, _members) = (engines, start, members);

    /// <summary>Gets one process for each role, and two for notifications.</summary>
    public static (string Name, string Roles)[] EveryRole { get; } =
    [
        (Gateway, Gateway),
        ("auth", "auth"),
        ("notifications-1", "notifications"),
        ("notifications-2", "notifications"),
        ("devices", "devices"),
        ("analytics", "analytics"),
        ("processor", "processor"),
        ("delivery", "delivery"),
        ("retry", "retry"),
        ("batch", "batch"),
    ];

    /// <summary>Gets fewer processes with the same roles, which start sooner.</summary>
    public static (string Name, string Roles)[] FewProcesses { get; } =
    [
        (Gateway, Gateway),
        ("api-1", "auth notifications devices analytics"),
        ("api-2", "auth notifications devices analytics"),
        ("workers", "processor delivery retry batch"),
    ];

    /// <summary>Gets the names of the processes.</summary>
    public IReadOnlyList<string> Names => [.. _members.Select(member => member.Name)];

    /// <summary>Starts the processes and waits until all of them are ready.</summary>
    /// <param name="engines">The engines.</param>
    /// <param name="start">Starts the reference host with an environment.</param>
    /// <param name="members">The names and roles of the processes.</param>
    public static async Task<HostCluster> StartAsync(
        HostClusterEngines engines,
        Func<Dictionary<string, string>, ServerProcess> start,
        (string Name, string Roles)[] members
    )
    {
        var cluster = new HostCluster(engines, start, members);
        try
        {
            await Task.WhenAll(cluster.Names.Select(cluster.StartAsync));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates a client that calls the gateway.</summary>
    public HttpClient CreateClient() =>
        new()
        {
            BaseAddress = new Uri(GetAddress(Gateway, _port)),
            DefaultRequestHeaders = { Authorization = new("Bearer", Key) },
        };

    /// <summary>Starts a process and waits until it is ready.</summary>
    public async Task StartAsync(string name)
    {
        var process = _start(CreateEnvironment(_members.Single(member => member.Name == name)));
        _processes[name] = process;
        await Eventually.TrueAsync(
            () => process.HasExited || process.Output.Contains("Notify is ready", StringComparison.Ordinal),
            $"{name} to be ready"
        );
        if (process.HasExited)
            throw new InvalidOperationException($"{name} did not start: {process.Output}");
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
    }

    private string GetAddress(string name, int port)
    {
        var number = Array.FindIndex(_members, member => member.Name == name) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"http://127.0.1.{number}:{port}");
    }

    private string GetAddresses(string role) =>
        string.Join(
            ' ',
            _members.Where(member => member.Roles.Split(' ').Contains(role)).Select(member => GetAddress(member.Name, _port))
        );

    // Short times, so that deliveries of a killed process are soon continued by another.
    private Dictionary<string, string> CreateEnvironment((string Name, string Roles) member)
    {
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_TieredPGO"] = "0",
            ["Kestrel__Endpoints__http__Url"] = GetAddress(member.Name, _port),
            ["Kestrel__Endpoints__http2__Url"] = GetAddress(member.Name, _http2Port),
            ["Kestrel__Endpoints__http2__Protocols"] = "Http2",
            ["Notify__Roles"] = member.Roles,
            ["Notify__ApiKey"] = Key,
            ["Notify__KeyCacheDuration"] = "00:00:01",
            ["Notify__PostgreSql"] = _engines.PostgreSql,
            ["Notify__Redis"] = _engines.Redis,
            ["Notify__Kafka"] = _engines.Kafka,
            ["Notify__Kafka__TopicPrefix"] = _engines.TopicPrefix,
            ["Notify__Kafka__HandOverTime"] = "00:00:03",
            ["Notify__Kafka__SessionTimeout"] = "00:00:06",
            ["Notify__AttemptTimeout"] = "00:00:01",
            ["Notify__LeaseDuration"] = "00:00:03",
            ["Notify__ShutdownDelay"] = "00:00:00",
        };
        if (member.Name == Gateway)
        {
            environment["Notify__Gateway__Notifications"] = GetAddresses("notifications");
            environment["Notify__Gateway__Devices"] = GetAddresses("devices");
            environment["Notify__Gateway__Analytics"] = GetAddresses("analytics");
            environment["Notify__Gateway__Authentication"] = GetAddresses("auth");
            environment["Notify__Gateway__Http2Port"] = _http2Port.ToString(CultureInfo.InvariantCulture);
            environment["Notify__Gateway__HealthInterval"] = "00:00:01";
            environment["Notify__Gateway__TryTimeout"] = "00:00:10";
        }

        return environment;
    }
}
