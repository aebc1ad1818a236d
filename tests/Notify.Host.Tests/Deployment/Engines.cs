using Notify.Engines;

namespace Notify.Host.Tests.Deployment;

/// <summary>The real engines on this machine that one deployment uses.</summary>
internal sealed record Engines(string PostgreSql, RedisProcess Redis, string Kafka, string TopicPrefix) : IAsyncDisposable
{
    public static async Task<Engines> StartAsync(PostgreSqlServer postgres, SharedKafkaCluster kafka)
    {
        var (cluster, prefix) = await kafka.GetAsync();
        var database = await postgres.CreateDatabaseAsync();
        return new Engines(database, await RedisProcess.StartAsync(), cluster.BootstrapServers, prefix);
    }

    public ValueTask DisposeAsync() => Redis.DisposeAsync();
}
