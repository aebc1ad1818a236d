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
    /// Puts Redis (5 or newer; tested with 7) beside the store: rates that hold over all processes, idempotency keys, users and
    /// devices answered without the store, settlements seen in every process, and <see cref="ILeadership"/>. The store stays the
    /// truth: while Redis is away, everything goes on without it. It may be added before the store or after.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">See <see cref="RedisOptions.ConnectionString"/>.</param>
    public static INotificationsBuilder UseRedis(this INotificationsBuilder builder, string connectionString) =>
        builder.UseRedis(options => options.ConnectionString = connectionString);

    /// <summary>
    /// Puts Redis beside the store, as <see cref="UseRedis(INotificationsBuilder, string)"/> does. Safe to call twice: the second
    /// call changes the options further.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets at least <see cref="RedisOptions.ConnectionString"/>.</param>
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
        builder.Decorate<IDeliveryQueue>(
            (provider, store) => ActivatorUtilities.CreateInstance<RedisIdempotencyQueue>(provider, store)
        );
        builder.Decorate<IUserStore>((provider, store) => ActivatorUtilities.CreateInstance<RedisUserStore>(provider, store));
        builder.Decorate<IDeviceStore>((provider, store) => ActivatorUtilities.CreateInstance<RedisDeviceStore>(provider, store));
        return builder;
    }
}
