using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Queueing;

namespace Notify.Storage.MongoDb;

/// <summary>The changes that several parts of the store make to deliveries, and what must hold for them.</summary>
internal static class DeliveryUpdate
{
    /// <summary>What is read of the links of a chain.</summary>
    public static readonly BsonDocument LinkFields = new()
    {
        { DeliveryField.User, 1 },
        { DeliveryField.Notification, 1 },
        { DeliveryField.Chain, 1 },
        { DeliveryField.Step, 1 },
        { DeliveryField.State, 1 },
    };

    /// <summary>Names one batch of writes.</summary>
    public static string NewBatch() => ObjectId.GenerateNewId().ToString();

    /// <summary>That it waits and nobody holds it.</summary>
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

    /// <summary>The steps of the chain that a delivery is a link of. They are in one place, as their users are.</summary>
    public static BsonDocument InChain(BsonDocument link) =>
        new()
        {
            { DeliveryField.User, link[DeliveryField.User] },
            { DeliveryField.Chain, link[DeliveryField.Chain] },
            { DeliveryField.Notification, link[DeliveryField.Notification] },
        };

    /// <summary>Makes the step behind a link due, where it waits for a later time.</summary>
    public static UpdateManyModel<BsonDocument> MakeNextDue(BsonDocument link, BsonValue now)
    {
        var next = InChain(link)
            .Add(DeliveryField.Step, link[DeliveryField.Step].AsInt32 + 1)
            .Add(DeliveryField.Owner, BsonNull.Value)
            .Add(DeliveryField.DueAt, new BsonDocument("$gt", now));
        return new UpdateManyModel<BsonDocument>(next, new BsonDocument("$set", new BsonDocument(DeliveryField.DueAt, now)));
    }
}
