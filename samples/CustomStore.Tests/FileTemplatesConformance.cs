using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;

namespace Notify.Storage.Files.Tests;

public sealed class FileTemplatesConformance : StoreConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync()
    {
        var folder = Directory.CreateTempSubdirectory("notify-templates-");
        return ConformanceStore.OpenAsync(
            notifications => notifications.UseInMemory().UseTemplateFiles(folder.FullName),
            delete: () =>
            {
                folder.Delete(recursive: true);
                return ValueTask.CompletedTask;
            }
        );
    }
}
