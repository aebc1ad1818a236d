using global::Hangfire;
using global::Hangfire.PostgreSql;

namespace Notify.Peers.Hangfire;

/// <summary>
/// Hangfire with Hangfire.PostgreSql. Its settings are those that its documentation names for throughput: the recommended
/// serializer, native transactions, a sliding invisibility timeout, and a short poll interval. A call of Hangfire blocks its
/// thread, so the thread pool has a thread for each caller and worker.
/// </summary>
internal sealed class HangfirePeer(string connectionString) : IPeer
{
    /// <summary>
    /// Five per processor, at most twenty, is Hangfire's default. Jobs that only wait for the database gain from more.
    /// </summary>
    private const int Workers = 20;

    private readonly PeerDatabase _database = new(connectionString);
    private IHost? _host;
    private IBackgroundJobClient? _client;

    public async Task StartAsync()
    {
        ThreadPool.SetMinThreads(128, 128);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddHangfire(configuration =>
            configuration
                .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
                .UseSimpleAssemblyNameTypeSerializer()
                .UseRecommendedSerializerSettings()
                .UsePostgreSqlStorage(
                    bootstrapper => bootstrapper.UseNpgsqlConnection(connectionString),
                    new PostgreSqlStorageOptions
                    {
                        QueuePollInterval = TimeSpan.FromMilliseconds(50),
                        UseSlidingInvisibilityTimeout = true,
                        InvisibilityTimeout = TimeSpan.FromMinutes(5),
                    }
                )
        );
        builder.Services.AddHangfireServer(options => options.WorkerCount = Workers);
        _host = builder.Build();
        await _host.StartAsync();
        _client = _host.Services.GetRequiredService<IBackgroundJobClient>();
    }

    public ValueTask EnqueueAsync(Email email)
    {
        _client!.Enqueue(() => Email.Send(email));
        return default;
    }

    public Task<long> CountSettledAsync() =>
        _database.CountAsync("SELECT count(*) FROM hangfire.job WHERE statename = 'Succeeded'");

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.StopAsync();
        _host?.Dispose();
        await _database.DisposeAsync();
    }
}
