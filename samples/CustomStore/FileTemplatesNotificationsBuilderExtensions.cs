using Notify;
using Notify.Storage;
using Notify.Storage.Files;

namespace Microsoft.Extensions.DependencyInjection;

public static class FileTemplatesNotificationsBuilderExtensions
{
    /// <summary>
    /// Keeps templates as files, beside the source code that uses them. Everything else stays in the store: call it after the
    /// store's own method.
    /// </summary>
    public static INotificationsBuilder UseTemplateFiles(this INotificationsBuilder builder, string folder) =>
        builder.AddStoreService<ITemplateStore>(_ => new FileTemplateStore(folder));
}
