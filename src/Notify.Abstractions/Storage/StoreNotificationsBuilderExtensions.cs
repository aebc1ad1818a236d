using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Notify;
using Notify.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the services of a store, and decorates them.</summary>
public static class StoreNotificationsBuilderExtensions
{
    /// <summary>Adds a complete store.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="services">The types that implement the store's services.</param>
    public static INotificationsBuilder AddStore(this INotificationsBuilder builder, StoreServices services)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(services);

        if (services.IsShared)
            builder.Services.AddSingleton<SharedStoreMarker>();
        builder.AddStoreService<IDeliveryQueue>(services.DeliveryQueue);
        builder.AddStoreService<INotificationStore>(services.Notifications);
        builder.AddStoreService<IExpansionStore>(services.Expansions);
        builder.AddStoreService<IDigestStore>(services.Digests);
        builder.AddStoreService<IThrottleStore>(services.Throttles);
        builder.AddStoreService<IReceiptStore>(services.Receipts);
        builder.AddStoreService<IDeadLetterStore>(services.DeadLetters);
        builder.AddStoreService<IUserStore>(services.Users);
        builder.AddStoreService<IDeviceStore>(services.Devices);
        builder.AddStoreService<IRecipientCheckStore>(services.RecipientChecks);
        builder.AddStoreService<ITopicStore>(services.Topics);
        builder.AddStoreService<ITemplateStore>(services.Templates);
        builder.AddStoreService<IAnalyticsStore>(services.Analytics);
        builder.AddStoreService<ISharedTokenStore>(services.SharedTokens);
        builder.AddStoreService<IRetentionStore>(services.Retention);
        builder.AddStoreService<IErasureStore>(services.Erasures);
        if (services.Outbox is { } outbox)
            builder.AddStoreService<IOutbox>(outbox);
        if (services.Health is { } health)
            builder.AddStoreService<IStoreHealth>(health);
        return builder;
    }

    /// <summary>
    /// Adds one service of a store. Unlike a service that is added to the service collection directly, it is decorated by
    /// everything that was or will be given to <see cref="Decorate"/> for it.
    /// </summary>
    /// <typeparam name="TService">The service, such as <see cref="ITemplateStore"/>.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="implementation">The type that implements it. The container creates one instance of it.</param>
    /// <exception cref="ArgumentException"><paramref name="implementation"/> does not implement the service.</exception>
    public static INotificationsBuilder AddStoreService<TService>(
        this INotificationsBuilder builder,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type implementation
    )
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(implementation);
        if (!implementation.IsAssignableTo(typeof(TService)))
        {
            throw new ArgumentException(
                $"{implementation.Name} does not implement {typeof(TService).Name}.",
                nameof(implementation)
            );
        }

        builder.Services.TryAddSingleton(implementation);
        return builder.Add(implementation, services => (TService)services.GetRequiredService(implementation));
    }

    /// <summary>Adds one service of a store that a function creates. It is decorated like any other.</summary>
    /// <typeparam name="TService">The service, such as <see cref="ITemplateStore"/>.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="create">Creates the service, once.</param>
    public static INotificationsBuilder AddStoreService<TService>(
        this INotificationsBuilder builder,
        Func<IServiceProvider, TService> create
    )
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(create);
        return builder.Add(create.Method.ReturnType, create);
    }

    /// <summary>
    /// Decorates a service, such as a store with a cache: whoever asks for the service gets what <paramref name="decorate"/>
    /// makes of it. The service may be added before or after. The decoration that was added last is the outermost.
    /// </summary>
    /// <typeparam name="TService">The service, such as <see cref="IUserStore"/>.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="decorate">
    /// Creates the decorated service, once, from the application's services and the service to decorate.
    /// </param>
    /// <remarks>
    /// Only services that were added by <see cref="AddStore"/> or <c>AddStoreService</c> can be decorated. A service that was
    /// added to the service collection directly and has decorations fails the start, because it would silently go without them.
    /// </remarks>
    public static INotificationsBuilder Decorate<TService>(
        this INotificationsBuilder builder,
        Func<IServiceProvider, TService, TService> decorate
    )
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(decorate);

        var decoration = new ServiceDecoration<TService>(decorate);
        builder.Services.AddSingleton(decoration);
        builder.Services.AddSingleton<IServiceDecoration>(decoration);
        return builder;
    }

    private static INotificationsBuilder Add<TService>(
        this INotificationsBuilder builder,
        Type implementation,
        Func<IServiceProvider, TService> create
    )
        where TService : class
    {
        builder.Services.AddSingleton(new StoreServiceFactory<TService>(implementation, create).Create);
        return builder;
    }
}
