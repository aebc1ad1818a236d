using MongoDB.Driver;
using Notify;
using Notify.Storage;
using Notify.Storage.MongoDb;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Outbox;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.MongoDb.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the MongoDB store.</summary>
public static class MongoDbNotificationsBuilderExtensions
{
    /// <summary>
    /// Stores notifications durably in a MongoDB database that many processes may share. Creates the indexes at start.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">
    /// A MongoDB connection string, such as <c>mongodb://notify:...@db.example.org/?replicaSet=rs0</c>.
    /// </param>
    public static INotificationsBuilder UseMongoDb(this INotificationsBuilder builder, string connectionString) =>
        builder.UseMongoDb(options => options.ConnectionString = connectionString);

    /// <summary>
    /// Stores notifications in a MongoDB database through the application's own client, which the application disposes.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="client">The client.</param>
    public static INotificationsBuilder UseMongoDb(this INotificationsBuilder builder, IMongoClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return builder.UseMongoDb(options => options.Client = client);
    }

    /// <summary>
    /// Stores notifications durably in a MongoDB database that many processes may share. This method may be called repeatedly;
    /// later calls change the options.
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
        if (services.Any(service => service.ServiceType == typeof(StoreDatabase)))
            return builder;

        services.AddSingleton<StoreDatabase>();
        services.AddSingleton<Indexes>();
        services.AddSingleton<ObsoleteIndexes>();
        services.AddHostedService<SchemaStart>();
        AddParts(services);
        return builder.AddStore(
            new StoreServices
            {
                IsShared = true,
                DeliveryQueue = typeof(DeliveryQueue),
                Notifications = typeof(NotificationStore),
                Expansions = typeof(ExpansionStore),
                Digests = typeof(DigestStore),
                Throttles = typeof(ThrottleStore),
                Receipts = typeof(ReceiptStore),
                DeadLetters = typeof(DeadLetterStore),
                Users = typeof(UserStore),
                Devices = typeof(DeviceStore),
                RecipientChecks = typeof(RecipientCheckStore),
                Topics = typeof(TopicStore),
                RecipientLists = typeof(RecipientListStore),
                Templates = typeof(TemplateStore),
                Analytics = typeof(AnalyticsStore),
                SharedTokens = typeof(SharedTokenStore),
                Retention = typeof(RetentionStore),
                Erasures = typeof(ErasureStore),
                Documents = typeof(DocumentStore),
                Inboxes = typeof(InboxStore),
                Outbox = typeof(TransactionOutbox),
            }
        );
    }

    private static void AddParts(IServiceCollection services)
    {
        services.AddSingleton<ArrivalOrder>();
        services.AddSingleton<ShardKeys>();
        services.AddSingleton<ContentReader>();
        services.AddSingleton<OrphanCleanup>();
        services.AddSingleton<CollapseWriter>();
        services.AddSingleton<FallbackChains>();
        services.AddSingleton<WriteBatches>();
        services.AddSingleton<DigestEvents>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<NotificationWriter>();
        services.AddSingleton<PendingTenants>();
        services.AddSingleton<DeliveryLeaser>();
        services.AddSingleton<DeliverySettlementWriter>();
        services.AddSingleton<DeliveryCanceller>();
    }
}
