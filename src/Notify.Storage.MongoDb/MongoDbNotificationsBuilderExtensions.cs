using MongoDB.Driver;
using Notify;
using Notify.Analytics;
using Notify.Planning;
using Notify.Queueing;
using Notify.Recipients;
using Notify.Settling;
using Notify.Storage;
using Notify.Storage.MongoDb;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the MongoDB store.</summary>
public static class MongoDbNotificationsBuilderExtensions
{
    /// <summary>Keeps everything in a MongoDB database, whose indexes are made at start: durable, for many processes.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">
    /// A MongoDB connection string, such as <c>mongodb://notify:...@db.example.org/?replicaSet=rs0</c>.
    /// </param>
    public static INotificationsBuilder UseMongoDb(this INotificationsBuilder builder, string connectionString) =>
        builder.UseMongoDb(options => options.ConnectionString = connectionString);

    /// <summary>Keeps everything by the application's own client, which stays the application's to dispose of.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="client">The client.</param>
    public static INotificationsBuilder UseMongoDb(this INotificationsBuilder builder, IMongoClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return builder.UseMongoDb(options => options.Client = client);
    }

    /// <summary>
    /// Keeps everything in a MongoDB database. Safe to call twice: the second call changes the options further.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">
    /// Sets at least <see cref="MongoDbStoreOptions.ConnectionString"/> or <see cref="MongoDbStoreOptions.Client"/>.
    /// </param>
    public static INotificationsBuilder UseMongoDb(this INotificationsBuilder builder, Action<MongoDbStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<MongoDbStoreOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        if (services.Any(service => service.ServiceType == typeof(MongoDbDatabase)))
            return builder;

        services.AddSingleton<SharedStoreMarker>();
        services.AddSingleton<MongoDbDatabase>();
        services.AddSingleton<MongoDbIndexes>();
        services.AddHostedService<MongoDbStart>();
        AddParts(services);
        services.AddSingleton<IDeliveryQueue, MongoDbDeliveryQueue>();
        services.AddSingleton<IOutbox, MongoDbOutbox>();
        services.AddSingleton<INotificationStore, MongoDbNotificationStore>();
        services.AddSingleton<IExpansionStore, MongoDbExpansionStore>();
        services.AddSingleton<IDigestStore, MongoDbDigestStore>();
        services.AddSingleton<IThrottleStore, MongoDbThrottleStore>();
        services.AddSingleton<IReceiptStore, MongoDbReceiptStore>();
        services.AddSingleton<IDeadLetterStore, MongoDbDeadLetterStore>();
        services.AddSingleton<IUserStore, MongoDbUserStore>();
        services.AddSingleton<IDeviceStore, MongoDbDeviceStore>();
        builder.Services.AddSingleton<IRecipientCheckStore, MongoDbRecipientCheckStore>();
        services.AddSingleton<ITopicStore, MongoDbTopicStore>();
        services.AddSingleton<ITemplateStore, MongoDbTemplateStore>();
        services.AddSingleton<IAnalyticsStore, MongoDbAnalyticsStore>();
        services.AddSingleton<IRetentionStore, MongoDbRetention>();
        services.AddSingleton<IErasureStore, MongoDbErasure>();
        services.AddSingleton<ISharedTokenStore, MongoDbSharedTokenStore>();
        return builder;
    }

    private static void AddParts(IServiceCollection services)
    {
        services.AddSingleton<ArrivalOrder>();
        services.AddSingleton<ShardKeys>();
        services.AddSingleton<MongoDbContents>();
        services.AddSingleton<MongoDbOrphans>();
        services.AddSingleton<MongoDbCollapse>();
        services.AddSingleton<MongoDbChains>();
        services.AddSingleton<MongoDbWrites>();
        services.AddSingleton<MongoDbDigests>();
        services.AddSingleton<MongoDbIdempotency>();
        services.AddSingleton<MongoDbEnqueue>();
        services.AddSingleton<MongoDbTenants>();
        services.AddSingleton<MongoDbLease>();
        services.AddSingleton<MongoDbSettle>();
        services.AddSingleton<MongoDbCancel>();
    }
}
