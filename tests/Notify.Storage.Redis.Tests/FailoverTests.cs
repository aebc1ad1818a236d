using Notify.Engines;

namespace Notify.Storage.Redis.Tests;

public sealed class ClusterFailoverTests(PostgreSqlServer postgreSql)
{
    [Fact]
    public async Task Sending_goes_on_and_keeps_the_rate_when_a_clusters_master_is_killed_and_its_replica_takes_over()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var load = await LimitedLoad.StartAsync(postgreSql, cluster.ConnectionString);

        await cluster.ExpectLossAsync();
        var killed = await cluster.GetMasterAsync(LimitedLoad.Key);
        await load.FailOverAsync(killed, async () =>
            await cluster.TryFindMasterAsync(LimitedLoad.Key) is { } master && master != killed ? master : null
        );
        await load.StopAsync();
        load.AssertKept();
    }
}

public sealed class SentinelFailoverTests(PostgreSqlServer postgreSql)
{
    [Fact]
    public async Task Sending_goes_on_and_keeps_the_rate_when_the_sentinels_make_a_replica_the_master()
    {
        await using var group = await RedisSentinelGroup.StartAsync();
        await using var load = await LimitedLoad.StartAsync(postgreSql, group.ConnectionString);

        await group.ExpectLossAsync();
        await load.FailOverAsync(group.Master, group.FindNewMasterAsync);
        await load.StopAsync();
        load.AssertKept();
    }
}
