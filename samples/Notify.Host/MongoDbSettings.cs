using MongoDB.Driver;
using Notify.Storage.MongoDb;

namespace Notify.Host;

/// <summary>Reads the connection string <c>Notify:MongoDb</c> and the options below it.</summary>
internal static class MongoDbSettings
{
    public static void UseMongoDb(INotificationsBuilder notifications, IConfigurationSection settings) =>
        notifications.UseMongoDb(options => Read(settings, options));

    /// <summary>Shards the collections of the database, for a sharded cluster.</summary>
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
