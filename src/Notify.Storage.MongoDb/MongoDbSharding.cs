using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb;

/// <summary>
/// Shards the store's collections over a cluster: once, by somebody who may administrate it, before the store is used or while it
/// is.
/// </summary>
public static class MongoDbSharding
{
    // A person's deliveries and devices are in one place, and people are spread evenly. So are notifications, by their ids. What
    // counts per minute goes by its time, and subscribers by topic, because a topic is read in their order.
    private static readonly (string Collection, BsonDocument Key)[] Collections =
    [
        ("deliveries", Hashed(DeliveryField.User)),
        ("devices", Hashed(DeviceField.User)),
        ("users", Hashed("user")),
        ("notifications", Hashed(NotificationDocument.Id)),
        ("idempotency", Hashed("_id")),
        ("expansions", Hashed(ExpansionDocument.Notification)),
        ("digests", Hashed(DigestDocument.Id)),
        ("digestEvents", Hashed(DigestDocument.EventDigest)),
        ("throttles", Hashed("_id")),
        ("deliveryCounts", new BsonDocument { { MongoDbAnalyticsStore.Minute, 1 }, { MongoDbAnalyticsStore.Tenant, 1 } }),
        (
            "subscriptions",
            new BsonDocument
            {
                { MongoDbTopicStore.Tenant, 1 },
                { MongoDbTopicStore.Topic, 1 },
                { MongoDbTopicStore.User, 1 },
            }
        ),
    ];

    /// <summary>
    /// Shards every collection that is worth it; templates and shared tokens are few and stay whole. Those that are sharded
    /// already stay as they are, so it can be repeated.
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
        foreach (var (collection, key) in Collections)
        {
            // A collection that has documents already is sharded only where an index has its key.
            await client
                .GetDatabase(database)
                .GetCollection<BsonDocument>(collection)
                .Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(key), cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            var shard = new BsonDocument { { "shardCollection", $"{database}.{collection}" }, { "key", key } };
            await admin.RunCommandAsync<BsonDocument>(shard, cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        return [.. Collections.Select(sharded => sharded.Collection)];
    }

    private static BsonDocument Hashed(string field) => new(field, "hashed");
}
