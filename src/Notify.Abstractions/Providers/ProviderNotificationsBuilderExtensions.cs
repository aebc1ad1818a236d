using System.Diagnostics.CodeAnalysis;
using Notify;
using Notify.Providers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add and configure providers.</summary>
public static class ProviderNotificationsBuilderExtensions
{
    /// <summary>Adds a provider that is created by a function.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="name">The name of the provider. It must be lowercase and unique within the application.</param>
    /// <param name="create">
    /// A function that creates the provider. It is called once, and the provider's <see cref="IDeliveryProvider.Name"/> must
    /// equal <paramref name="name"/>.
    /// </param>
    /// <returns>A builder that configures the provider.</returns>
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

    /// <summary>Adds a provider of the specified type.</summary>
    /// <typeparam name="TProvider">
    /// The type of the provider. Its constructor takes the name and any services that it needs.
    /// </typeparam>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="name">The name of the provider. It must be lowercase and unique within the application.</param>
    /// <returns>A builder that configures the provider.</returns>
    public static INotificationProviderBuilder AddProvider<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProvider
    >(this INotificationsBuilder builder, string name)
        where TProvider : class, IDeliveryProvider =>
        builder.AddProvider(name, services => ActivatorUtilities.CreateInstance<TProvider>(services, name));

    /// <summary>Limits the number of attempts per second; see <see cref="ProviderOptions.MaxPerSecond"/>.</summary>
    /// <param name="builder">The provider builder.</param>
    /// <param name="perSecond">The maximum number of attempts per second. 0.01 to 1,000,000.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    public static INotificationProviderBuilder LimitRate(this INotificationProviderBuilder builder, double perSecond) =>
        builder.Configure(options => options.MaxPerSecond = perSecond);

    /// <summary>
    /// Limits the number of deliveries that this process sends through the provider at a time; see
    /// <see cref="ProviderOptions.MaxConcurrency"/>.
    /// </summary>
    /// <param name="builder">The provider builder.</param>
    /// <param name="max">The maximum number of concurrent deliveries. 1 to 100,000.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    public static INotificationProviderBuilder LimitConcurrency(this INotificationProviderBuilder builder, int max) =>
        builder.Configure(options => options.MaxConcurrency = max);

    /// <summary>Configures the circuit breaker of the provider.</summary>
    /// <param name="builder">The provider builder.</param>
    /// <param name="configure">An action that changes the options.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    public static INotificationProviderBuilder ConfigureCircuitBreaker(
        this INotificationProviderBuilder builder,
        Action<CircuitBreakerOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Configure(options => configure(options.CircuitBreaker));
    }

    /// <summary>
    /// Sets the price of one message, by which costs are counted if the vendor does not report them; see
    /// <see cref="ProviderOptions.Price"/>.
    /// </summary>
    /// <param name="builder">The provider builder.</param>
    /// <param name="price">The price.</param>
    /// <param name="currency">The ISO 4217 code of the currency, such as <c>EUR</c>.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    public static INotificationProviderBuilder SetPrice(
        this INotificationProviderBuilder builder,
        decimal price,
        string currency
    ) => builder.Configure(options => (options.Price, options.Currency) = (price, currency));

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
