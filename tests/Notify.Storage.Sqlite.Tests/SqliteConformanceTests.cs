using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;
using Notify.TestSupport;

namespace Notify.Storage.Sqlite.Tests;

public sealed class SqliteQueueConformanceTests : DeliveryQueueConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => DatabaseFile.OpenAsync();
}

public sealed class SqliteStoreConformanceTests : StoreConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => DatabaseFile.OpenAsync();
}

public sealed class SqliteQueueModelConformanceTests : DeliveryQueueModelConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => DatabaseFile.OpenAsync();
}

public sealed class SqliteDurabilityConformanceTests : DurabilityConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => DatabaseFile.OpenAsync();
}

public sealed class SqliteRetentionConformanceTests : RetentionConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => DatabaseFile.OpenAsync();
}

public sealed class SqliteExpiryConformanceTests : ExpiryConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => DatabaseFile.OpenAsync();
}

file static class DatabaseFile
{
    public static async ValueTask<ConformanceStore> OpenAsync()
    {
        var folder = new TemporaryFolder();
        return await ConformanceStore.OpenAsync(
            notifications => notifications.UseSqlite($"Data Source={folder.File("notify.db")}"),
            delete: () =>
            {
                folder.Dispose();
                return ValueTask.CompletedTask;
            }
        );
    }
}
