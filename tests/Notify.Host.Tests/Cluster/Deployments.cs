using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Host.Tests.Cluster;

/// <summary>The reference host with all roles in one process, on SQLite.</summary>
public sealed class SingleProcess : IAsyncLifetime
{
    /// <summary>The key of inbox tokens.</summary>
    public const string TokenKey = "0123456789abcdef0123456789abcdef";

    private readonly TemporaryFolder _folder = new();
    private ServerProcess _process = null!;

    public HttpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        (_process, Client) = await SampleProcess.StartHostAsync(
            _folder.Path,
            new()
            {
                ["Notify__ApiKey"] = HostCluster.Key,
                ["Notify__KeyCacheDuration"] = "00:00:01",
                ["Notify__Inbox__TokenKeys__0"] = TokenKey,
            },
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );
        Client.DefaultRequestHeaders.Authorization = new("Bearer", HostCluster.Key);
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
    private readonly TemporaryFolder _folder = new();
    private Deployment.Engines _engines = null!;
    private HostCluster _cluster = null!;

    public HttpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _engines = await Deployment.Engines.StartAsync(postgres, kafka);
        _cluster = await HostCluster.StartAsync(
            new(_engines.PostgreSql, _engines.Redis.Address, _engines.Kafka, _engines.TopicPrefix),
            environment =>
                SampleProcess.Start(
                    "Notify.Host",
                    _folder.Path,
                    new Dictionary<string, string>(environment) { ["Notify__Inbox__TokenKeys__0"] = SingleProcess.TokenKey },
                    "--contentRoot",
                    SampleProcess.Folder("Notify.Host"),
                    "--Notify:Data",
                    _folder.Path
                ),
            HostCluster.EveryRole
        );
        Client = _cluster.CreateClient();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _cluster.DisposeAsync();
        await _engines.DisposeAsync();
        _folder.Dispose();
    }
}
