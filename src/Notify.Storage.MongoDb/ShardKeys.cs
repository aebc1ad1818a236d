using System.Collections.Concurrent;
using MongoDB.Bson;
using Notify.Queueing;

namespace Notify.Storage.MongoDb;

/// <summary>
/// Remembers for whom the deliveries are that this process has leased. A settlement names only its delivery: with the user, one
/// shard is asked, without it all of them are.
/// </summary>
internal sealed class ShardKeys
{
    /// <summary>
    /// More than any process has in flight. What is beyond was lost to others, and forgetting it costs a wider question.
    /// </summary>
    private const int Most = 200_000;

    private readonly ConcurrentDictionary<Guid, string> _users = new();

    public void Keep(Delivery delivery)
    {
        if (_users.Count >= Most)
            _users.Clear();
        _users[delivery.Id] = DeliveryDocument.UserOf(delivery);
    }

    public void Forget(Guid deliveryId) => _users.TryRemove(deliveryId, out _);

    /// <summary>A filter for one delivery.</summary>
    public BsonDocument FilterOf(Guid deliveryId) =>
        new BsonDocument(DeliveryField.Id, deliveryId.ToBson()).With(DeliveryField.User, _users.GetValueOrDefault(deliveryId));
}
