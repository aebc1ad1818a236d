using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Providers;

namespace Notify.Load.Chaos;

/// <summary>
/// Hosts that accept triggers and hosts that send, with PostgreSQL, Redis and three Kafka brokers, all of which this class
/// starts.
/// </summary>
internal sealed class Cluster : ITopology
{
    /// <summary>A number that 1, 2, 3 and 4 processes can share evenly.</summary>
    private const int Partitions = 24;

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(1);

    private readonly PostgreSqlProcess _postgreSql;
    private readonly RedisProcess _redis;
    private readonly KafkaCluster _kafka;

    private Cluster(PostgreSqlProcess postgreSql, RedisProcess redis, KafkaCluster kafka) =>
        (_postgreSql, _redis, _kafka) = (postgreSql, redis, kafka);

    public required IReadOnlyList<HostSettings> Hosts { get; init; }

    public required IReadOnlyList<Uri> Addresses { get; init; }

    public required StoredDeliveries Stored { get; init; }

    public IReadOnlyList<Engine> Engines =>
        [
            new("PostgreSQL", RestartPostgreSqlAsync),
            new("Redis", _ => RestartRedisAsync()),
            new("Kafka", _ => RestartKafkaAsync()),
        ];

    /// <param name="apis">The number of hosts that only accept triggers. Without any, the others accept them too.</param>
    /// <param name="senders">The number of hosts that do everything else.</param>
    /// <param name="model">The settings that all hosts share.</param>
    /// <param name="settings">Further settings of PostgreSQL.</param>
    public static async Task<Cluster> StartAsync(int apis, int senders, HostSettings model, params string[] settings)
    {
        var postgreSql = await PostgreSqlProcess.StartAsync(settings);
        var redis = await RedisProcess.StartAsync();
        var kafka = KafkaCluster.Start();
        await kafka.CreateTopicsAsync("", Partitions);

        var addresses = new ClusterAddresses(postgreSql.ConnectionString, redis.Address, kafka.BootstrapServers);
        HostSettings[] triggering = [.. Enumerable.Range(0, apis).Select(_ => Host(Workers.None))];
        HostSettings[] sending = [.. Enumerable.Range(0, senders).Select(_ => Host(Workers.All))];
        return new Cluster(postgreSql, redis, kafka)
        {
            Hosts = [.. triggering, .. sending],
            Addresses = [.. (apis > 0 ? triggering : sending).Select(host => host.Address)],
            Stored = StoredDeliveries.InPostgreSql(addresses.PostgreSql),
        };

        HostSettings Host(Workers workers) =>
            model with
            {
                Cluster = addresses,
                Workers = workers,
                Port = HostProcess.FreePort(),
            };
    }

    /// <summary>Gets the connection string of PostgreSQL.</summary>
    public string PostgreSql => _postgreSql.ConnectionString;

    /// <summary>Returns the space that the notifications take in the database, including indexes.</summary>
    public Task<long> StoredBytesAsync() =>
        PostgreSqlProgram.ScalarAsync<long>(
            _postgreSql.ConnectionString,
            """
            SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'notify' AND c.relkind = 'r'
            """
        );

    public async ValueTask DisposeAsync()
    {
        _kafka.Dispose();
        await _redis.DisposeAsync();
        await _postgreSql.DisposeAsync();
    }

    private async Task RestartPostgreSqlAsync(Action<StoredDeliveries> readMeanwhile)
    {
        await _postgreSql.CrashAsync();
        // The server is read within the outage. A longer one would outlast the hosts' leases.
        await Task.WhenAll(
            Task.Delay(Outage),
            _postgreSql.UseAloneAsync(connectionString => readMeanwhile(StoredDeliveries.InPostgreSql(connectionString)))
        );
        await _postgreSql.StartAgainAsync();
    }

    private async Task RestartRedisAsync()
    {
        await _redis.StopAsync();
        await Task.Delay(Outage);
        await _redis.RestartAsync();
    }

    private async Task RestartKafkaAsync()
    {
        _kafka.TakeDown();
        await Task.Delay(Outage);
        _kafka.BringUp();
    }
}
