using Notify;
using Notify.Providers.Acme;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add the provider.</summary>
public static class AcmeNotificationsBuilderExtensions
{
    /// <summary>Adds the provider under the name <c>acme</c>.</summary>
    public static INotificationProviderBuilder AddAcme(this INotificationsBuilder builder, Action<AcmeOptions> configure) =>
        builder.AddHttpProvider<AcmeProvider, AcmeOptions>("acme", configure);
}
