using Notify;
using Notify.Storage;
using Notify.Storage.Redis;
using Notify.Storage.Redis.Caching;
using Notify.Storage.Redis.Connection;
using Notify.Storage.Redis.Events;
using Notify.Storage.Redis.Leadership;
using Notify.Storage.Redis.RateLimits;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Redis beside a store.</summary>
public static class RedisNotificationsBuilderExtensions
{
    /// <summary>
    /// Adds Redis (5 or newer; tested with 7) beside the store. It keeps rate limits over all processes, answers idempotency
    /// keys, users and devices without the store, carries events to every process, and elects leaders
    /// (<see cref="ILeadership"/>). The store remains the source of truth: while Redis is unavailable, everything works without
    /// it. Call it before or after adding the store.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">See <see cref="RedisOptions.ConnectionString"/>.</param>
    public static INotificationsBuilder UseRedis(this INotificationsBuilder builder, string connectionString) =>
        builder.UseRedis(options => options.ConnectionString = connectionString);

    /// <summary>
    /// Adds Redis beside the store, as <see cref="UseRedis(INotificationsBuilder, string)"/> does. It is safe to call this twice:
    /// the second call changes the options further.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets at least <see cref="RedisOptions.ConnectionString"/>.</param>
    public static INotificationsBuilder UseRedis(this INotificationsBuilder builder, Action<RedisOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<RedisOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        if (services.Any(service => service.ServiceType == typeof(ServerConnection)))
            return builder;

        services.AddSingleton<ServerConnection>();
        services.AddSingleton<Circuit>();
        services.AddSingleton<IEngineCheck, RedisCheck>();
        services.AddSingleton<KeyNames>();
        services.AddSingleton<CacheEntries>();
        services.AddSingleton<DeviceHolders>();
        services.AddSingleton<EventRelay>();
        services.AddSingleton<IEventSink>(provider => provider.GetRequiredService<EventRelay>());
        services.AddHostedService<BackgroundWorker>();
        services.AddSingleton<ILeadership, LeaderElection>();
        services.AddSingleton<ISharedRateLimits, SharedRateLimits>();
        builder.Decorate<IDeliveryQueue>(
            (provider, store) => ActivatorUtilities.CreateInstance<IdempotencyCacheQueue>(provider, store)
        );
        builder.Decorate<IUserStore>((provider, store) => ActivatorUtilities.CreateInstance<CachedUserStore>(provider, store));
        builder.Decorate<IDeviceStore>(
            (provider, store) => ActivatorUtilities.CreateInstance<CachedDeviceStore>(provider, store)
        );
        return builder;
    }
}
