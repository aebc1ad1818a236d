using Microsoft.Data.Sqlite;
using Notify.Storage.MongoDb;
using Notify.Storage.PostgreSql;
using Notify.Storage.Redis;
using Notify.Transport.Kafka;

namespace Notify.Host;

/// <summary>
/// Reads the store and the services that complement it. The store is <c>Notify:PostgreSql</c> or <c>Notify:MongoDb</c>, each a
/// connection string, or by default a SQLite file, which suits the processes of one machine. <c>Notify:Redis</c> is a connection
/// string, and <c>Notify:Kafka</c> a list of brokers. The settings below each of them are its options, such as
/// <c>Notify:Kafka:TopicPrefix</c>.
/// </summary>
internal static class StoreSettings
{
    private static readonly Dictionary<string, Action<INotificationsBuilder, IConfigurationSection>> SharedStores = new()
    {
        ["PostgreSql"] = UsePostgreSql,
        ["MongoDb"] = MongoDbSettings.UseMongoDb,
    };

    private static readonly Dictionary<string, Action<INotificationsBuilder, IConfigurationSection>> Complements = new()
    {
        ["Redis"] = UseRedis,
        ["Kafka"] = UseKafka,
    };

    /// <summary>
    /// Brings the schema of the configured store up to date. The processes that use the store can then run without the right or
    /// the time to do so, with the option <c>UpdateSchema</c> set to false.
    /// </summary>
    public static async Task MigrateAsync(string[] args)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(args);
        var settings = builder.Configuration.GetSection("Notify");
        var data = Path.GetFullPath(Path.Combine(builder.Environment.ContentRootPath, settings["Data"] ?? "data"));
        // Every composition needs a provider. This one sends nothing.
        builder.Services.AddNotifications(options => options.Workers = Workers.None).UseStore(settings, data).AddSandbox();
        builder.Services.Configure<PostgreSqlStoreOptions>(options => options.UpdateSchema = true);
        builder.Services.Configure<MongoDbStoreOptions>(options => options.UpdateSchema = true);
        using var host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
        Console.WriteLine("The schema is up to date.");
    }

    /// <summary>Adds the configured store.</summary>
    /// <exception cref="InvalidOperationException">The settings contradict each other.</exception>
    public static INotificationsBuilder UseStore(this INotificationsBuilder notifications, IConfiguration settings, string data)
    {
        string[] stores = [.. SharedStores.Keys.Where(name => IsSet(settings, name))];
        string[] complements = [.. Complements.Keys.Where(name => IsSet(settings, name))];
        ThrowIfInvalid(stores, complements);

        if (stores.Length == 0)
            UseSqlite(notifications, data);
        foreach (var name in stores)
            SharedStores[name](notifications, settings.GetSection(name));
        return notifications;
    }

    /// <summary>Adds the services that complement the store.</summary>
    public static INotificationsBuilder UseComplements(this INotificationsBuilder notifications, IConfiguration settings)
    {
        foreach (var name in Complements.Keys.Where(name => IsSet(settings, name)))
            Complements[name](notifications, settings.GetSection(name));
        return notifications;
    }

    /// <summary>Determines whether a store is configured that the processes of several machines share.</summary>
    public static bool HasSharedStore(IConfiguration settings) => SharedStores.Keys.Any(name => IsSet(settings, name));

    private static bool IsSet(IConfiguration settings, string name) =>
        settings[name] is { Length: > 0 } || settings.GetSection(name).GetChildren().Any();

    private static void ThrowIfInvalid(string[] stores, string[] complements)
    {
        if (stores.Length > 1)
        {
            throw new InvalidOperationException(
                $"{Join(stores, " and ")} are both set, but there can be only one store. Remove one of them."
            );
        }

        if (stores.Length == 0 && complements.Length > 0)
        {
            throw new InvalidOperationException(
                $"{Join(complements, " and ")} {(complements.Length == 1 ? "needs" : "need")} a shared store. "
                    + $"Set {Join(SharedStores.Keys, " or ")} to a connection string."
            );
        }

        static string Join(IEnumerable<string> settings, string word) =>
            string.Join(word, settings.Select(name => $"Notify:{name}"));
    }

    // The folder is created only for SQLite. With any other store, the host writes no files and its file system may be read-only.
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
