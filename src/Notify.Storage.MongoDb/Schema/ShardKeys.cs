using System.Collections.Concurrent;
using MongoDB.Bson;
using Notify.Providers;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;

namespace Notify.Storage.MongoDb.Schema;

/// <summary>
/// Caches the shard keys of the deliveries that this process has leased. A settlement names only the id of its delivery. With
/// the shard key, only one shard is queried; without it, all shards are.
/// </summary>
internal sealed class ShardKeys
{
    /// <summary>
    /// More than any process has in flight. Entries beyond that belong to lost leases; without an entry, all shards are
    /// queried.
    /// </summary>
    private const int Most = 200_000;

    private readonly ConcurrentDictionary<Guid, (string User, string Tenant)> _keys = new();

    public void Keep(Delivery delivery)
    {
        if (_keys.Count >= Most)
            _keys.Clear();
        _keys[delivery.Id] = (DeliveryDocument.GetUser(delivery), delivery.Tenant);
    }

    public void Forget(Guid deliveryId) => _keys.TryRemove(deliveryId, out _);

    /// <summary>Creates the filter for one delivery.</summary>
    public BsonDocument GetFilter(Guid deliveryId)
    {
        var filter = new BsonDocument(DeliveryField.Id, deliveryId.ToBsonValue());
        return _keys.TryGetValue(deliveryId, out var key)
            ? filter.Add(DeliveryField.User, key.User).Add(DeliveryField.Tenant, key.Tenant)
            : filter;
    }
}
