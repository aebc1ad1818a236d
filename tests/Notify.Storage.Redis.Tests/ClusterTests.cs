using Microsoft.Extensions.DependencyInjection;
using Notify.Engines;

namespace Notify.Storage.Redis.Tests;

public sealed class ClusterTests
{
    private const string Tenant = Trigger.DefaultTenant;

    [Fact]
    public async Task Caches_and_leadership_work_over_all_nodes_of_a_cluster()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var store = new SharedStore();
        Action<RedisOptions> configure = options =>
            (options.ConnectionString, options.Timeout) = (cluster.ConnectionString, TimeSpan.FromSeconds(10));
        var (here, there) = (store.Process(configure), store.Process(configure));
        string[] ids = [.. Enumerable.Range(0, 300).Select(i => $"user {i} {{of}} many")];
        var cancellation = TestContext.Current.CancellationToken;

        await here.GetRequiredService<IUserStore>().SaveAsync([.. ids.Select(id => new User { Id = id })], cancellation);
        foreach (var process in new[] { here, there })
        {
            Assert.Equal(ids.Length, (await process.GetRequiredService<IUserStore>().FindAsync(Tenant, ids, cancellation)).Count);
            Assert.Empty(await process.GetRequiredService<IDeviceStore>().FindAsync(Tenant, ids, cancellation));
        }

        Assert.Equal((1, 1), (store.Users.Reads, store.Devices.Reads));
        await using var term = await here.GetRequiredService<ILeadership>().TryLeadAsync("sweeper", cancellation);
        Assert.NotNull(term);
        Assert.Null(await there.GetRequiredService<ILeadership>().TryLeadAsync("sweeper", cancellation));
    }
}
