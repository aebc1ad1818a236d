using MongoDB.Bson;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>Updates and filters of deliveries that several classes of the store use.</summary>
internal static class DeliveryUpdate
{
    /// <summary>The projection of the links of a chain.</summary>
    public static readonly BsonDocument LinkFields = new()
    {
        { DeliveryField.User, 1 },
        { DeliveryField.Tenant, 1 },
        { DeliveryField.Notification, 1 },
        { DeliveryField.Chain, 1 },
        { DeliveryField.Step, 1 },
        { DeliveryField.State, 1 },
    };

    /// <summary>The projection of the id and the shard key of a delivery.</summary>
    public static readonly BsonDocument Key = new() { { DeliveryField.User, 1 }, { DeliveryField.Tenant, 1 } };

    /// <summary>Creates the filter for a delivery that was read with at least the fields of <see cref="Key"/>.</summary>
    public static BsonDocument GetKey(BsonDocument document) =>
        new()
        {
            { DeliveryField.Id, document[DeliveryField.Id] },
            { DeliveryField.User, document[DeliveryField.User] },
            { DeliveryField.Tenant, document[DeliveryField.Tenant] },
        };

    /// <summary>Creates the name of a batch of writes.</summary>
    public static string NewBatch() => ObjectId.GenerateNewId().ToString();

    /// <summary>Creates the condition that a delivery is pending and not leased.</summary>
    public static BsonDocument IsFree(BsonValue now) =>
        new()
        {
            { DeliveryField.DueAt, new BsonDocument("$exists", true) },
            {
                "$or",
                new BsonArray
                {
                    new BsonDocument(DeliveryField.Owner, BsonNull.Value),
                    new BsonDocument(DeliveryField.DueAt, new BsonDocument("$lte", now)),
                }
            },
        };

    public static BsonDocument Cancel(string reason, BsonValue now, string? batch = null) =>
        new()
        {
            {
                "$set",
                new BsonDocument
                {
                    { DeliveryField.State, (int)DeliveryState.Cancelled },
                    { DeliveryField.Reason, reason },
                    { DeliveryField.EndedAt, now },
                }.With(DeliveryField.By, batch)
            },
            {
                "$unset",
                new BsonDocument { { DeliveryField.DueAt, "" }, { DeliveryField.Owner, "" } }
            },
            { "$inc", new BsonDocument(DeliveryField.Fence, 1L) },
        };
}
