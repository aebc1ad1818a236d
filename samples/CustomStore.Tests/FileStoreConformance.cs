using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;

namespace Notify.Storage.Files.Tests;

public sealed class FileQueueConformance : DeliveryQueueConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => Folder.OpenAsync();
}

public sealed class FileQueueModelConformance : DeliveryQueueModelConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => Folder.OpenAsync();
}

public sealed class FileStoreConformance : StoreConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => Folder.OpenAsync();
}

public sealed class FileDurabilityConformance : DurabilityConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => Folder.OpenAsync();
}

public sealed class FileRetentionConformance : RetentionConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => Folder.OpenAsync();
}

public sealed class FileExpiryConformance : ExpiryConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => Folder.OpenAsync();
}

file static class Folder
{
    public static ValueTask<ConformanceStore> OpenAsync()
    {
        var folder = Directory.CreateTempSubdirectory("notify-files-");
        return ConformanceStore.OpenAsync(
            notifications => notifications.UseFiles(folder.FullName),
            delete: () =>
            {
                folder.Delete(recursive: true);
                return ValueTask.CompletedTask;
            }
        );
    }
}
