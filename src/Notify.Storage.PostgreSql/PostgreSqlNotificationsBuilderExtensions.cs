using Notify;
using Notify.Storage;
using Notify.Storage.PostgreSql;
using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Outbox;
using Notify.Storage.PostgreSql.Queue;
using Notify.Storage.PostgreSql.Schema;
using Notify.Storage.PostgreSql.Stores;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the PostgreSQL store.</summary>
public static class PostgreSqlNotificationsBuilderExtensions
{
    /// <summary>
    /// Stores everything in a PostgreSQL database, durably and for any number of processes. The tables are created at start.
    /// Tested with PostgreSQL 15.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">
    /// An Npgsql connection string, such as <c>Host=db.example.org;Database=shop;Username=notify</c>.
    /// </param>
    public static INotificationsBuilder UsePostgreSql(this INotificationsBuilder builder, string connectionString) =>
        builder.UsePostgreSql(options => options.ConnectionString = connectionString);

    /// <summary>
    /// Stores everything in the database of the application's own data source. The application disposes of the data source.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="dataSource">The data source.</param>
    public static INotificationsBuilder UsePostgreSql(this INotificationsBuilder builder, NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return builder.UsePostgreSql(options => options.DataSource = dataSource);
    }

    /// <summary>
    /// Stores everything in a PostgreSQL database. May be called several times: each call changes the same options.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">
    /// Sets the options: <see cref="PostgreSqlStoreOptions.ConnectionString"/> or
    /// <see cref="PostgreSqlStoreOptions.DataSource"/>, and others where needed.
    /// </param>
    public static INotificationsBuilder UsePostgreSql(
        this INotificationsBuilder builder,
        Action<PostgreSqlStoreOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<PostgreSqlStoreOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        if (services.Any(service => service.ServiceType == typeof(StoreDatabase)))
            return builder;

        services.AddSingleton<StoreDatabase>();
        services.AddHostedService<Migration>();
        services.AddSingleton<ContentReader>();
        services.AddSingleton<ErasureWriter>();
        services.AddSingleton<DeliveryWriter>();
        services.AddSingleton<DigestEvents>();
        services.AddSingleton<NotificationWriter>();
        services.AddSingleton<DeliveryLeaser>();
        services.AddSingleton<DeliverySettlementWriter>();
        services.AddSingleton<DirectWriter>();
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
}
