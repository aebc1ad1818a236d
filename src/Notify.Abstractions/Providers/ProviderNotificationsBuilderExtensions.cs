using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds providers and configures them.</summary>
public static class ProviderNotificationsBuilderExtensions
{
    /// <summary>Adds a provider that a function creates.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name: lower case, unique in the application.</param>
    /// <param name="create">Creates the provider, once. Its <see cref="IDeliveryProvider.Name"/> must be the given name.</param>
    public static INotificationProviderBuilder AddProvider(
        this INotificationsBuilder builder,
        string name,
        Func<IServiceProvider, IDeliveryProvider> create
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(create);

        builder.Services.AddSingleton(create);
        return new ProviderBuilder(builder.Services, name);
    }

    /// <summary>Adds a provider.</summary>
    /// <typeparam name="TProvider">
    /// The provider. Its constructor takes its name, and any services that it needs.
    /// </typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name: lower case, unique in the application.</param>
    public static INotificationProviderBuilder AddProvider<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProvider
    >(this INotificationsBuilder builder, string name)
        where TProvider : class, IDeliveryProvider =>
        builder.AddProvider(name, services => ActivatorUtilities.CreateInstance<TProvider>(services, name));

    /// <summary>Limits the provider's attempts per second; see <see cref="ProviderOptions.MaxPerSecond"/>.</summary>
    /// <param name="builder">The provider's builder.</param>
    /// <param name="perSecond">The most attempts per second. 0.01 to 1,000,000.</param>
    public static INotificationProviderBuilder LimitRate(this INotificationProviderBuilder builder, double perSecond) =>
        builder.Configure(options => options.MaxPerSecond = perSecond);

    /// <summary>
    /// Limits how many deliveries this process sends through the provider at a time; see
    /// <see cref="ProviderOptions.MaxConcurrency"/>.
    /// </summary>
    /// <param name="builder">The provider's builder.</param>
    /// <param name="max">The most deliveries at a time. 1 to 100,000.</param>
    public static INotificationProviderBuilder LimitConcurrency(this INotificationProviderBuilder builder, int max) =>
        builder.Configure(options => options.MaxConcurrency = max);

    /// <summary>Configures when the provider's circuit opens.</summary>
    /// <param name="builder">The provider's builder.</param>
    /// <param name="configure">Changes the defaults.</param>
    public static INotificationProviderBuilder ConfigureCircuitBreaker(
        this INotificationProviderBuilder builder,
        Action<CircuitBreakerOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Configure(options => configure(options.CircuitBreaker));
    }

    private static INotificationProviderBuilder Configure(
        this INotificationProviderBuilder builder,
        Action<ProviderOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }

    private sealed class ProviderBuilder(IServiceCollection services, string name) : INotificationProviderBuilder
    {
        public IServiceCollection Services => services;

        public string Name => name;
    }
}
