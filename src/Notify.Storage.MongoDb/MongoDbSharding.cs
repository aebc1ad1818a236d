using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.MongoDb.Stores;

namespace Notify.Storage.MongoDb;

/// <summary>
/// Shards the store's collections over a cluster. Run it once, as an administrator of the cluster, before the store is used or
/// while it is.
/// </summary>
public static class MongoDbSharding
{
    private const int AlreadyInitialized = 23;

    // A person's deliveries and devices are in one place, and people are spread evenly. The tenant behind the user lets the
    // cluster split what the users of one name have in many tenants. Notifications go by their ids; counts by tenant, so that the
    // newest minute is not on one shard; subscribers by topic, because a topic is read in their order.
    internal static readonly (string Collection, BsonDocument Key)[] Keys =
    [
        ("deliveries", Hashed(DeliveryField.User, DeliveryField.Tenant)),
        ("devices", Hashed(DeviceField.User, DeviceField.Tenant)),
        ("users", Hashed(UserStore.UserId, UserStore.Tenant)),
        ("notifications", Hashed(NotificationDocument.Id)),
        ("idempotency", Hashed("_id")),
        ("expansions", Hashed(ExpansionDocument.Notification)),
        ("digests", Hashed(DigestDocument.Id)),
        ("digestEvents", Hashed(DigestDocument.EventDigest)),
        ("throttles", Hashed("_id")),
        ("deliveryCounts", Hashed(AnalyticsStore.Tenant, AnalyticsStore.Minute)),
        ("subscriptions", TopicStore.Key),
    ];

    /// <summary>
    /// Shards every collection that grows; templates and shared tokens are few and stay on one shard. Collections that are
    /// sharded already, by whatever key, stay as they are, so it can be repeated.
    /// </summary>
    /// <param name="client">
    /// A client of the cluster's routers (mongos). Its user needs the role <c>clusterManager</c>, and <c>readWrite</c> on the
    /// database.
    /// </param>
    /// <param name="database">The database, as <see cref="MongoDbStoreOptions.Database"/> names it.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The collections that are sharded now.</returns>
    /// <exception cref="InvalidOperationException">The client is not connected to a sharded cluster.</exception>
    /// <exception cref="MongoCommandException">The cluster refuses, for instance because the user may not.</exception>
    public static async Task<IReadOnlyList<string>> ApplyAsync(
        IMongoClient client,
        string database = "notify",
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(database);

        var admin = client.GetDatabase("admin");
        var hello = await admin
            .RunCommandAsync<BsonDocument>(new BsonDocument("isMaster", 1), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        if (hello.GetValue("msg", "") != "isdbgrid")
            throw new InvalidOperationException(
                "This is not a sharded cluster: connect to its mongos routers. A replica set by itself needs no sharding."
            );

        await admin
            .RunCommandAsync<BsonDocument>(new BsonDocument("enableSharding", database), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        foreach (var (collection, key) in Keys)
        {
            // A collection that has documents already is sharded only where an index has its key. Under another name, the index
            // that the store creates for the same key would be refused.
            var index = key.Values.Any(order => order.IsString) ? new CreateIndexModel<BsonDocument>(key) : Indexes.Subscriptions;
            await client
                .GetDatabase(database)
                .GetCollection<BsonDocument>(collection)
                .Indexes.CreateOneAsync(index, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            var shard = new BsonDocument { { "shardCollection", $"{database}.{collection}" }, { "key", key } };
            try
            {
                await admin.RunCommandAsync<BsonDocument>(shard, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
            catch (MongoCommandException exception) when (exception.Code == AlreadyInitialized)
            {
                // It is sharded by another key, which an operator chose.
            }
        }

        return [.. Keys.Select(sharded => sharded.Collection)];
    }

    private static BsonDocument Hashed(string field, string? then = null) =>
        new BsonDocument(field, "hashed").With(then ?? "", then is null ? null : 1);
}
