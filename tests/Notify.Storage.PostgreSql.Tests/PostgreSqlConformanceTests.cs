using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;
using Notify.Engines;

namespace Notify.Storage.PostgreSql.Tests;

public sealed class PostgreSqlQueueConformanceTests(PostgreSqlServer server) : DeliveryQueueConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshSchema.OpenAsync(server);
}

public sealed class PostgreSqlStoreConformanceTests(PostgreSqlServer server) : StoreConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshSchema.OpenAsync(server);
}

public sealed class PostgreSqlQueueModelConformanceTests(PostgreSqlServer server) : DeliveryQueueModelConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshSchema.OpenAsync(server);
}

public sealed class PostgreSqlDurabilityConformanceTests(PostgreSqlServer server) : DurabilityConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshSchema.OpenAsync(server);
}

public sealed class PostgreSqlRetentionConformanceTests(PostgreSqlServer server) : RetentionConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshSchema.OpenAsync(server);
}

public sealed class PostgreSqlExpiryConformanceTests(PostgreSqlServer server) : ExpiryConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FreshSchema.OpenAsync(server);
}

file static class FreshSchema
{
    public static async ValueTask<ConformanceStore> OpenAsync(PostgreSqlServer server)
    {
        var (connectionString, schema) = await server.CreateSchemaAsync();
        return await ConformanceStore.OpenAsync(notifications =>
            notifications.UsePostgreSql(options => (options.ConnectionString, options.Schema) = (connectionString, schema))
        );
    }
}
