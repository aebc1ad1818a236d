using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds providers that use HTTP.</summary>
public static class HttpProviderNotificationsBuilderExtensions
{
    /// <summary>
    /// Adds a provider with its HTTP client (see <see cref="ProviderHttpClientExtensions.AddProviderHttpClient"/>) and its
    /// options. The options' annotations are validated at start.
    /// </summary>
    /// <typeparam name="TProvider">
    /// The provider. Its constructor takes its name, the options, the <see cref="HttpClient"/> and any services that it needs.
    /// </typeparam>
    /// <typeparam name="TOptions">Its options.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name: lower case, unique in the application.</param>
    /// <param name="configure">Sets the options.</param>
    public static INotificationProviderBuilder AddHttpProvider<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProvider,
        TOptions
    >(this INotificationsBuilder builder, string name, Action<TOptions> configure)
        where TProvider : class, IDeliveryProvider
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<TOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddProviderHttpClient(name);
        return builder.AddProvider(name, services =>
            ActivatorUtilities.CreateInstance<TProvider>(
                services,
                name,
                services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name),
                services.CreateProviderHttpClient(name)
            )
        );
    }
}
