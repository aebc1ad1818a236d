using Notify;
using Notify.Providers.Ntfy;

namespace Microsoft.Extensions.DependencyInjection;

public static class NtfyNotificationsBuilderExtensions
{
    public static INotificationProviderBuilder AddNtfy(this INotificationsBuilder builder, Action<NtfyOptions> configure) =>
        builder.AddHttpProvider<NtfyProvider, NtfyOptions>("ntfy", configure);
}
