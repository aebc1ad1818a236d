namespace Notify.Host;

/// <summary>Stands in for the MongoDB store in a host that was built without its driver.</summary>
internal static class MongoDbSettings
{
    public static void UseMongoDb(INotificationsBuilder notifications, IConfigurationSection settings) => throw Absent();

    public static Task ShardAsync(IConfigurationSection settings) => throw Absent();

    private static InvalidOperationException Absent() =>
        new(
            "Notify:MongoDb is set, and this host was built without that store. Build it with NotifyFeed=full, or set Notify:PostgreSql instead."
        );
}
