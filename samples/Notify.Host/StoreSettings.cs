using Microsoft.Data.Sqlite;
using Notify.Storage.PostgreSql;
using Notify.Storage.Redis;
using Notify.Transport.Kafka;

namespace Notify.Host;

/// <summary>
/// Reads where notifications are kept and what stands beside the store: <c>Notify:PostgreSql</c> or <c>Notify:MongoDb</c>, a
/// connection string, else a SQLite file, which is enough for the processes of one machine; <c>Notify:Redis</c>, a connection
/// string; <c>Notify:Kafka</c>, brokers. The settings below each are its options: <c>Notify:Kafka:TopicPrefix</c>.
/// </summary>
internal static class StoreSettings
{
    private static readonly Dictionary<string, Action<INotificationsBuilder, IConfigurationSection>> SharedStores = new()
    {
        ["PostgreSql"] = UsePostgreSql,
        ["MongoDb"] = MongoDbSettings.UseMongoDb,
    };

    private static readonly Dictionary<string, Action<INotificationsBuilder, IConfigurationSection>> BesideTheStore = new()
    {
        ["Redis"] = UseRedis,
        ["Kafka"] = UseKafka,
    };

    /// <exception cref="InvalidOperationException">What is set does not go together.</exception>
    public static INotificationsBuilder UseStore(this INotificationsBuilder notifications, IConfiguration settings, string data)
    {
        string[] stores = [.. SharedStores.Keys.Where(IsSet)];
        string[] beside = [.. BesideTheStore.Keys.Where(IsSet)];
        ThrowIfWrong(stores, beside);

        if (stores.Length == 0)
            UseSqlite(notifications, data);
        foreach (var name in stores)
            SharedStores[name](notifications, settings.GetSection(name));
        foreach (var name in beside)
            BesideTheStore[name](notifications, settings.GetSection(name));
        return notifications;

        bool IsSet(string name) => settings[name] is { Length: > 0 } || settings.GetSection(name).GetChildren().Any();
    }

    private static void ThrowIfWrong(string[] stores, string[] beside)
    {
        if (stores.Length > 1)
        {
            throw new InvalidOperationException(
                $"{Named(stores, " and ")} are set, and notifications are kept in one store. Keep one of them."
            );
        }

        if (stores.Length == 0 && beside.Length > 0)
        {
            throw new InvalidOperationException(
                $"{Named(beside, " and ")}: only beside a store that processes share, and none is set. "
                    + $"Add {Named(SharedStores.Keys, " or ")}, a connection string."
            );
        }

        static string Named(IEnumerable<string> settings, string word) =>
            string.Join(word, settings.Select(name => $"Notify:{name}"));
    }

    // Only here is the folder made: where the store is elsewhere, the host writes nothing and its file system may be read-only.
    private static void UseSqlite(INotificationsBuilder notifications, string data)
    {
        var file = Path.Combine(DataFolder.Create(data), "notify.db");
        notifications.UseSqlite(new SqliteConnectionStringBuilder { DataSource = file }.ToString());
    }

    private static void UsePostgreSql(INotificationsBuilder notifications, IConfigurationSection settings) =>
        notifications.UsePostgreSql(
            (PostgreSqlStoreOptions options) =>
            {
                settings.Bind(options);
                options.ConnectionString = settings.Value ?? options.ConnectionString;
            }
        );

    private static void UseRedis(INotificationsBuilder notifications, IConfigurationSection settings) =>
        notifications.UseRedis(
            (RedisOptions options) =>
            {
                settings.Bind(options);
                options.ConnectionString = settings.Value ?? options.ConnectionString;
            }
        );

    private static void UseKafka(INotificationsBuilder notifications, IConfigurationSection settings) =>
        notifications.UseKafka(
            (KafkaTransportOptions options) =>
            {
                settings.Bind(options);
                options.BootstrapServers = settings.Value ?? options.BootstrapServers;
            }
        );
}
