using Notify;
using Notify.Storage;
using Notify.Storage.Sqlite;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Sqlite.Outbox;
using Notify.Storage.Sqlite.Queue;
using Notify.Storage.Sqlite.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add the SQLite store.</summary>
public static class SqliteNotificationsBuilderExtensions
{
    /// <summary>
    /// Stores notifications durably in a SQLite database on this machine. Creates the database if it does not exist.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">A Microsoft.Data.Sqlite connection string, such as <c>Data Source=notify.db</c>.</param>
    public static INotificationsBuilder UseSqlite(this INotificationsBuilder builder, string connectionString) =>
        builder.UseSqlite(options => options.ConnectionString = connectionString);

    /// <summary>
    /// Stores notifications durably in a SQLite database on this machine. Creates the database if it does not exist.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets at least <see cref="SqliteStoreOptions.ConnectionString"/>.</param>
    public static INotificationsBuilder UseSqlite(this INotificationsBuilder builder, Action<SqliteStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<SqliteStoreOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        if (builder.Services.Any(service => service.ServiceType == typeof(StoreDatabase)))
            return builder;

        builder.Services.AddSingleton<StoreDatabase>();
        builder.Services.AddSingleton<DatabaseWriter>();
        return builder.AddStore(
            new StoreServices
            {
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
                Health = typeof(StoreHealth),
            }
        );
    }
}
