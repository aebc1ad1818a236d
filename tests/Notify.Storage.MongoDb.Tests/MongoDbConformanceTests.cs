using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;

namespace Notify.Storage.MongoDb.Tests;

public sealed class MongoDbQueueConformanceTests(MongoDbServer server) : DeliveryQueueConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshDatabase.OpenAsync(server);
}

public sealed class MongoDbStoreConformanceTests(MongoDbServer server) : StoreConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshDatabase.OpenAsync(server);
}

public sealed class MongoDbQueueModelConformanceTests(MongoDbServer server) : DeliveryQueueModelConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshDatabase.OpenAsync(server);
}

public sealed class MongoDbDurabilityConformanceTests(MongoDbServer server) : DurabilityConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshDatabase.OpenAsync(server);
}

public sealed class MongoDbRetentionConformanceTests(MongoDbServer server) : RetentionConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshDatabase.OpenAsync(server);
}

file static class FreshDatabase
{
    public static async ValueTask<ConformanceStore> OpenAsync(MongoDbServer server)
    {
        var database = await server.CreateDatabaseAsync(isRealOnly: true);
        return await ConformanceStore.OpenAsync(
            notifications =>
                notifications.UseMongoDb(options =>
                    (options.ConnectionString, options.Database) = (server.ConnectionString, database)
                ),
            async () => await server.DropDatabaseAsync(database)
        );
    }
}
