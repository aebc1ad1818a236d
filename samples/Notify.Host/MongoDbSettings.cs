using MongoDB.Driver;
using Notify.Storage.MongoDb;

namespace Notify.Host;

/// <summary>Reads <c>Notify:MongoDb</c>, a connection string, and the options below it.</summary>
internal static class MongoDbSettings
{
    public static void UseMongoDb(INotificationsBuilder notifications, IConfigurationSection settings) =>
        notifications.UseMongoDb(options => Read(settings, options));

    /// <summary>Says to a cluster's routers how the database is sharded.</summary>
    public static async Task ShardAsync(IConfigurationSection settings)
    {
        var options = new MongoDbStoreOptions();
        Read(settings, options);
        using var client = new MongoClient(options.ConnectionString);
        foreach (var collection in await MongoDbSharding.ApplyAsync(client, options.Database))
            Console.WriteLine($"{collection} is sharded.");
    }

    private static void Read(IConfigurationSection settings, MongoDbStoreOptions options)
    {
        settings.Bind(options);
        options.ConnectionString = settings.Value ?? options.ConnectionString;
    }
}
