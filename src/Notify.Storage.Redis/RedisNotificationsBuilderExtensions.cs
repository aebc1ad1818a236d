using Notify;
using Notify.Analytics;
using Notify.Delivering;
using Notify.Queueing;
using Notify.Recipients;
using Notify.Storage.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Redis beside a store.</summary>
public static class RedisNotificationsBuilderExtensions
{
    /// <summary>
    /// Adds Redis (5 or newer; tested with 7) beside the store. It keeps rate limits over all processes, answers idempotency
    /// keys, users and devices without the store, carries settlements to every process, and elects leaders
    /// (<see cref="ILeadership"/>). The store remains the source of truth: while Redis is away, everything works without it. Call
    /// it before or after adding the store.
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
