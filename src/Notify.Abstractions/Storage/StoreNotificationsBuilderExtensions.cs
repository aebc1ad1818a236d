using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Notify;
using Notify.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add and decorate the services of a store.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public static class StoreNotificationsBuilderExtensions
{
    /// <summary>Adds a complete store.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="services">The types that implement the services of the store.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
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
        builder.AddStoreService<IRecipientListStore>(services.RecipientLists);
        builder.AddStoreService<ITemplateStore>(services.Templates);
        builder.AddStoreService<IAnalyticsStore>(services.Analytics);
        builder.AddStoreService<ISharedTokenStore>(services.SharedTokens);
        builder.AddStoreService<IRetentionStore>(services.Retention);
        builder.AddStoreService<IErasureStore>(services.Erasures);
        builder.AddStoreService<IDocumentStore>(services.Documents);
        if (services.Inboxes is { } inboxes)
            builder.AddStoreService<IInboxStore>(inboxes);
        if (services.Outbox is { } outbox)
            builder.AddStoreService<IOutbox>(outbox);
        if (services.Health is { } health)
            builder.AddStoreService<IStoreHealth>(health);
        return builder;
    }

    /// <summary>
    /// Adds a store service that is implemented by the specified type. Unlike a service that is added directly to the service
    /// collection, it is decorated by every call to <see cref="Decorate"/> for the service, whether before or after this call.
    /// </summary>
    /// <typeparam name="TService">The service, such as <see cref="ITemplateStore"/>.</typeparam>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="implementation">The type that implements the service. The container creates a single instance of it.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
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

    /// <summary>Adds a store service that is created by a function. It is decorated like any other store service.</summary>
    /// <typeparam name="TService">The service, such as <see cref="ITemplateStore"/>.</typeparam>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="create">A function that creates the service. It is called once.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
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
    /// Decorates a store service, for example with a cache. The service may be added before or after this call. The last
    /// decoration added is the outermost.
    /// </summary>
    /// <typeparam name="TService">The service, such as <see cref="IUserStore"/>.</typeparam>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="decorate">
    /// A function that creates the decorated service from the application's services and the service to decorate. It is called
    /// once.
    /// </param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    /// <remarks>
    /// Only services that were added with <see cref="AddStore"/> or <c>AddStoreService</c> can be decorated. If a decorated
    /// service was added directly to the service collection, the application fails to start, because the decoration would
    /// otherwise silently be missing.
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
