using System.Collections.Concurrent;
using Notify.TestSupport;

namespace Notify.Engines;

/// <summary>The addresses of the engines that the processes of a cluster share.</summary>
public sealed record HostClusterEngines(string PostgreSql, string Redis, string Kafka, string TopicPrefix);

/// <summary>Roles of the reference host as separate processes behind the gateway.</summary>
public sealed class HostCluster : IAsyncDisposable
{
    public const string Key = "a-key-of-the-cluster";

    private const string Gateway = HostEnvironment.Gateway;

    private readonly HostEnvironment _environment;
    private readonly Func<Dictionary<string, string>, ServerProcess> _start;
    private readonly (string Name, string Roles)[] _members;
    private readonly ConcurrentDictionary<string, ServerProcess> _processes = new();

    private HostCluster(
        HostClusterEngines engines,
        Func<Dictionary<string, string>, ServerProcess> start,
        (string Name, string Roles)[] members
    ) => (_environment, _start, _members) = (new HostEnvironment(engines, members), start, members);

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

    /// <summary>Gets one process with all roles.</summary>
    public static (string Name, string Roles)[] OneProcess { get; } = [(Gateway, "all")];

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
        new() { BaseAddress = _environment.GatewayAddress, DefaultRequestHeaders = { Authorization = new("Bearer", Key) } };

    /// <summary>Starts a process and waits until it is ready.</summary>
    public async Task StartAsync(string name)
    {
        var process = _start(_environment.Create(name));
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
}
