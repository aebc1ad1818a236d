using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance;

namespace Notify.Storage.PostgreSql.Tests;

public sealed class PostgreSqlQueueConformanceTests(PostgreSqlServer server) : DeliveryQueueConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshDatabase.OpenAsync(server);
}

public sealed class PostgreSqlStoreConformanceTests(PostgreSqlServer server) : StoreConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshDatabase.OpenAsync(server);
}

public sealed class PostgreSqlQueueModelConformanceTests(PostgreSqlServer server) : DeliveryQueueModelConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshDatabase.OpenAsync(server);
}

public sealed class PostgreSqlDurabilityConformanceTests(PostgreSqlServer server) : DurabilityConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshDatabase.OpenAsync(server);
}

file static class FreshDatabase
{
    public static async ValueTask<ConformanceStore> OpenAsync(PostgreSqlServer server)
    {
        var database = await server.CreateDatabaseAsync();
        return await ConformanceStore.OpenAsync(notifications => notifications.UsePostgreSql(database));
    }
}
