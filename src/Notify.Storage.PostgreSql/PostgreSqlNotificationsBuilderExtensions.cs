using Notify;
using Notify.Analytics;
using Notify.Planning;
using Notify.Queueing;
using Notify.Recipients;
using Notify.Settling;
using Notify.Storage;
using Notify.Storage.PostgreSql;
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
        if (services.Any(service => service.ServiceType == typeof(PostgreSqlDatabase)))
            return builder;

        services.AddSingleton<SharedStoreMarker>();
        services.AddSingleton<PostgreSqlDatabase>();
        services.AddHostedService<PostgreSqlMigration>();
        services.AddSingleton<PostgreSqlContents>();
        services.AddSingleton<PostgreSqlErase>();
        services.AddSingleton<PostgreSqlDeliveries>();
        services.AddSingleton<PostgreSqlDigests>();
        services.AddSingleton<PostgreSqlEnqueue>();
        services.AddSingleton<PostgreSqlLease>();
        services.AddSingleton<PostgreSqlSettle>();
        services.AddSingleton<IDeliveryQueue, PostgreSqlDeliveryQueue>();
        services.AddSingleton<IOutbox, PostgreSqlOutbox>();
        services.AddSingleton<INotificationStore, PostgreSqlNotificationStore>();
        services.AddSingleton<IExpansionStore, PostgreSqlExpansionStore>();
        services.AddSingleton<IDigestStore, PostgreSqlDigestStore>();
        services.AddSingleton<IThrottleStore, PostgreSqlThrottleStore>();
        services.AddSingleton<IReceiptStore, PostgreSqlReceiptStore>();
        services.AddSingleton<IDeadLetterStore, PostgreSqlDeadLetterStore>();
        services.AddSingleton<IUserStore, PostgreSqlUserStore>();
        services.AddSingleton<IDeviceStore, PostgreSqlDeviceStore>();
        builder.Services.AddSingleton<IRecipientCheckStore, PostgreSqlRecipientCheckStore>();
        services.AddSingleton<ITopicStore, PostgreSqlTopicStore>();
        services.AddSingleton<ITemplateStore, PostgreSqlTemplateStore>();
        services.AddSingleton<IAnalyticsStore, PostgreSqlAnalyticsStore>();
        services.AddSingleton<ISharedTokenStore, PostgreSqlSharedTokenStore>();
        services.AddSingleton<IRetentionStore, PostgreSqlRetentionStore>();
        services.AddSingleton<IErasureStore, PostgreSqlErasureStore>();
        return builder;
    }
}
