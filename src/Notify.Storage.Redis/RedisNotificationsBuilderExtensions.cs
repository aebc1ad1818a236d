using Notify;
using Notify.Analytics;
using Notify.Delivering;
using Notify.Queueing;
using Notify.Recipients;
using Notify.Storage.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts Redis beside a store.</summary>
public static class RedisNotificationsBuilderExtensions
{
    /// <summary>
    /// Puts Redis (5 or newer; tested with 7) beside the store: rates that hold over all processes, idempotency keys, users and devices
    /// answered without the store, and <see cref="ILeadership"/>. The store stays the truth: while Redis is away, everything goes on
    /// without it. Call it after the store: <c>UsePostgreSql(...).UseRedis(...)</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">See <see cref="RedisOptions.ConnectionString"/>.</param>
    /// <exception cref="InvalidOperationException">There is no store yet.</exception>
    public static INotificationsBuilder UseRedis(this INotificationsBuilder builder, string connectionString) =>
        builder.UseRedis(options => options.ConnectionString = connectionString);

    /// <summary>
    /// Puts Redis beside the store, as <see cref="UseRedis(INotificationsBuilder, string)"/> does. Safe to call twice: the second call
    /// changes the options further.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets at least <see cref="RedisOptions.ConnectionString"/>.</param>
    /// <exception cref="InvalidOperationException">There is no store yet.</exception>
    public static INotificationsBuilder UseRedis(this INotificationsBuilder builder, Action<RedisOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<RedisOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        if (services.Any(service => service.ServiceType == typeof(RedisConnection)))
            return builder;

        services.AddSingleton<RedisConnection>();
        services.AddSingleton<RedisCircuit>();
        services.AddSingleton<RedisKeys>();
        services.AddSingleton<RedisEntries>();
        services.AddSingleton<RedisDeviceHolders>();
        services.AddSingleton<RedisDeliveryRelay>();
        services.AddSingleton<IDeliveryEventSink>(provider => provider.GetRequiredService<RedisDeliveryRelay>());
        services.AddHostedService<RedisWorker>();
        services.AddSingleton<ILeadership, RedisLeadership>();
        services.AddSingleton<ISharedRateLimits, RedisRateLimits>();
        services.Decorate<IDeliveryQueue, RedisIdempotencyQueue>();
        services.Decorate<IUserStore, RedisUserStore>();
        services.Decorate<IDeviceStore, RedisDeviceStore>();
        return builder;
    }

    // The store's own class is registered under itself, so that the container still makes it and disposes of it.
    private static void Decorate<TService, TDecorator>(this IServiceCollection services)
        where TService : class
        where TDecorator : class, TService
    {
        var store = services.LastOrDefault(service => service.ServiceType == typeof(TService) && !service.IsKeyedService)
            ?? throw new InvalidOperationException("Redis stands beside a store. Add the store first: UsePostgreSql(...).UseRedis(...).");
        if (store.ImplementationType is { } type)
            services.Add(new ServiceDescriptor(type, type, ServiceLifetime.Singleton));
        var make = ActivatorUtilities.CreateFactory<TDecorator>([typeof(TService)]);
        services[services.IndexOf(store)] = ServiceDescriptor.Singleton<TService>(provider => make(provider, [StoreOf(provider, store)]));
    }

    private static object StoreOf(IServiceProvider provider, ServiceDescriptor store) =>
        store.ImplementationInstance ?? store.ImplementationFactory?.Invoke(provider) ?? provider.GetRequiredService(store.ImplementationType!);
}
