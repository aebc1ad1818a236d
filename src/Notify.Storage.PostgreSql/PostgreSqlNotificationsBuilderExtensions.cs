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
    /// Keeps everything in a PostgreSQL database (tested with 15), whose tables are made at start: durable, for many processes.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">
    /// An Npgsql connection string, such as <c>Host=db.example.org;Database=shop;Username=notify</c>.
    /// </param>
    public static INotificationsBuilder UsePostgreSql(this INotificationsBuilder builder, string connectionString) =>
        builder.UsePostgreSql(options => options.ConnectionString = connectionString);

    /// <summary>
    /// Keeps everything in the database of the application's own data source, which stays the application's to dispose of.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="dataSource">The data source.</param>
    public static INotificationsBuilder UsePostgreSql(this INotificationsBuilder builder, NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return builder.UsePostgreSql(options => options.DataSource = dataSource);
    }

    /// <summary>
    /// Keeps everything in a PostgreSQL database. Safe to call twice: the second call changes the options further.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">
    /// Sets at least <see cref="PostgreSqlStoreOptions.ConnectionString"/> or <see cref="PostgreSqlStoreOptions.DataSource"/>.
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
                Templates = typeof(TemplateStore),
                Analytics = typeof(AnalyticsStore),
                SharedTokens = typeof(SharedTokenStore),
                Retention = typeof(RetentionStore),
                Erasures = typeof(ErasureStore),
                Outbox = typeof(TransactionOutbox),
            }
        );
    }
}
