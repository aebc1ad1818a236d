using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Conformance.Storage;
using Notify.Engines;

namespace Notify.Storage.Redis.Tests;

public sealed class InMemoryWithRedisConformanceTests(RedisServer redis) : StoreConformance
{
    protected override async ValueTask<ConformanceStore> OpenAsync()
    {
        var configure = await redis.FreshAsync();
        return await ConformanceStore.OpenAsync(notifications => notifications.UseInMemory().UseRedis(configure));
    }
}

public sealed class InMemoryQueueWithRedisConformanceTests(RedisServer redis) : DeliveryQueueConformance
{
    protected override async ValueTask<ConformanceStore> OpenAsync()
    {
        var configure = await redis.FreshAsync();
        return await ConformanceStore.OpenAsync(notifications => notifications.UseInMemory().UseRedis(configure));
    }
}

public sealed class PostgreSqlWithRedisConformanceTests(RedisServer redis, PostgreSqlServer postgreSql) : StoreConformance
{
    protected override async ValueTask<ConformanceStore> OpenAsync()
    {
        var configure = await redis.FreshAsync();
        var (connectionString, schema) = await postgreSql.CreateSchemaAsync();
        return await ConformanceStore.OpenAsync(notifications =>
            notifications
                .UseRedis(configure)
                .UsePostgreSql(options => (options.ConnectionString, options.Schema) = (connectionString, schema))
        );
    }
}

public sealed class InMemoryWithoutItsRedisConformanceTests : StoreConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() =>
        ConformanceStore.OpenAsync(notifications =>
            notifications
                .UseInMemory()
                .UseRedis(options => (options.ConnectionString, options.Timeout) = ("127.0.0.1:1", TimeSpan.FromMilliseconds(10)))
        );
}
