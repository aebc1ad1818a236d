using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.MongoDb.Stores;

namespace Notify.Storage.MongoDb;

/// <summary>
/// Shards the collections of the store over a cluster. Run it once as an administrator of the cluster, before the store is
/// used or while it is in use.
/// </summary>
public static class MongoDbSharding
{
    private const int AlreadyInitialized = 23;

    // The deliveries, devices and inbox items of a user are on one shard, and users are spread evenly. Because the tenant
    // follows the user in the key, the cluster can split users that have the same id in many tenants. Notifications are
    // sharded by id; counts by tenant first, so that the newest day is not on one shard; subscriptions by topic, because a
    // topic is read in the order of its subscribers.
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
        ("analytics", Hashed(AnalyticsDocument.Tenant, AnalyticsDocument.Day)),
        ("documents", Hashed("_id")),
        ("inboxItems", Hashed(InboxField.User, InboxField.Tenant)),
        ("subscriptions", TopicStore.Key),
    ];

    /// <summary>
    /// Shards every collection that grows; templates and shared tokens are few and stay on one shard. Collections that are
    /// already sharded keep their key, so the call can be repeated.
    /// </summary>
    /// <param name="client">
    /// A client of the cluster's routers (mongos). Its user needs the role <c>clusterManager</c>, and <c>readWrite</c> on the
    /// database.
    /// </param>
    /// <param name="database">The name of the database, as in <see cref="MongoDbStoreOptions.Database"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The names of the collections that this call sharded.</returns>
    /// <exception cref="InvalidOperationException">The client is not connected to a sharded cluster.</exception>
    /// <exception cref="MongoCommandException">The cluster refused, for example because the user lacks the role.</exception>
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
                "The client is not connected to a sharded cluster. Connect it to mongos routers. A replica set needs no sharding."
            );

        await admin
            .RunCommandAsync<BsonDocument>(new BsonDocument("enableSharding", database), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        foreach (var (collection, key) in Keys)
        {
            // A collection with documents can be sharded only if an index begins with the shard key. The index has the name
            // that the store gives it; under another name, the index that the store creates later would be refused.
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
                // An operator has sharded it by another key.
            }
        }

        return [.. Keys.Select(sharded => sharded.Collection)];
    }

    private static BsonDocument Hashed(string field, string? then = null) =>
        new BsonDocument(field, "hashed").With(then ?? "", then is null ? null : 1);
}
