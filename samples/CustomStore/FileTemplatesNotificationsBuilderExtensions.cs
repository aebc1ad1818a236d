using Microsoft.Extensions.DependencyInjection.Extensions;
using Notify;
using Notify.Storage;
using Notify.Storage.Files;

namespace Microsoft.Extensions.DependencyInjection;

public static class FileTemplatesNotificationsBuilderExtensions
{
    /// <summary>
    /// Keeps templates as files, beside the source that they belong to. Everything else stays in the store: call it after that.
    /// </summary>
    public static INotificationsBuilder UseTemplateFiles(this INotificationsBuilder builder, string folder)
    {
        builder.Services.Replace(ServiceDescriptor.Singleton<ITemplateStore>(new FileTemplateStore(folder)));
        return builder;
    }
}
