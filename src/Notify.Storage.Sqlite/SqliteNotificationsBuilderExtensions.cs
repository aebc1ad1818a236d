using Notify;
using Notify.Analytics;
using Notify.Planning;
using Notify.Queueing;
using Notify.Recipients;
using Notify.Settling;
using Notify.Storage;
using Notify.Storage.Sqlite;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the SQLite store.</summary>
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
        if (builder.Services.Any(service => service.ServiceType == typeof(SqliteDatabase)))
            return builder;

        builder.Services.AddSingleton<SqliteDatabase>();
        builder.Services.AddSingleton<SqliteWriter>();
        builder.Services.AddSingleton<IStoreHealth, SqliteStoreHealth>();
        builder.Services.AddSingleton<IDeliveryQueue, SqliteDeliveryQueue>();
        builder.Services.AddSingleton<IOutbox, SqliteOutbox>();
        builder.Services.AddSingleton<INotificationStore, SqliteNotificationStore>();
        builder.Services.AddSingleton<IExpansionStore, SqliteExpansionStore>();
        builder.Services.AddSingleton<IDigestStore, SqliteDigestStore>();
        builder.Services.AddSingleton<IThrottleStore, SqliteThrottleStore>();
        builder.Services.AddSingleton<IReceiptStore, SqliteReceiptStore>();
        builder.Services.AddSingleton<IDeadLetterStore, SqliteDeadLetterStore>();
        builder.Services.AddSingleton<IUserStore, SqliteUserStore>();
        builder.Services.AddSingleton<IDeviceStore, SqliteDeviceStore>();
        builder.Services.AddSingleton<IRecipientCheckStore, SqliteRecipientCheckStore>();
        builder.Services.AddSingleton<ITopicStore, SqliteTopicStore>();
        builder.Services.AddSingleton<ITemplateStore, SqliteTemplateStore>();
        builder.Services.AddSingleton<IAnalyticsStore, SqliteAnalyticsStore>();
        builder.Services.AddSingleton<ISharedTokenStore, SqliteSharedTokenStore>();
        builder.Services.AddSingleton<IRetentionStore, SqliteRetentionStore>();
        builder.Services.AddSingleton<IErasureStore, SqliteErasureStore>();
        return builder;
    }
}
