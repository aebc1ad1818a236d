using Notify.Engines;
using Notify.Testing;

namespace Notify.Host.Tests.Cluster;

/// <summary>The reference host with all roles in one process, on SQLite.</summary>
public sealed class SingleProcess : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServerProcess _process = null!;

    public HttpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        (_process, Client) = await SampleProcess.StartHostAsync(
            _folder.Path,
            new() { ["Notify__ApiKey"] = ClusterProcesses.Key },
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );
        Client.DefaultRequestHeaders.Authorization = new("Bearer", ClusterProcesses.Key);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>All roles as separate processes behind the gateway, on PostgreSQL, Redis and Kafka.</summary>
public sealed class ClusterBehindGateway(PostgreSqlServer postgres, SharedKafkaCluster kafka) : IAsyncLifetime
{
    private ClusterProcesses _processes = null!;

    public HttpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _processes = await ClusterProcesses.StartAsync(postgres, kafka);
        Client = _processes.CreateClient();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _processes.DisposeAsync();
    }
}
