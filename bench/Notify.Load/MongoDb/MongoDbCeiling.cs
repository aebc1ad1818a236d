using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Load.Measuring;

namespace Notify.Load.MongoDb;

/// <summary>
/// The simplest program that makes the same data durable. Each batch copies the documents of a notification that Notify has
/// sent, under new ids: its deliveries together with the settlement of the batch before, and then its notifications, so that a
/// notification is stored last, as in Notify.
/// </summary>
internal sealed class MongoDbCeiling
{
    private readonly IMongoCollection<BsonDocument> _notifications;
    private readonly IMongoCollection<BsonDocument> _deliveries;
    private readonly BsonDocument _notification;
    private readonly BsonDocument _delivery;
    private readonly BsonDocument _settle;
    private BsonValue[] _unsettled = [];

    private MongoDbCeiling(MongoDbScenario.TurnCollections database, BsonDocument notification, BsonDocument settled)
    {
        (_notifications, _deliveries) = (database["notifications"], database["deliveries"]);
        _notification = notification;
        _settle = CreateSettlement(settled);
        _delivery = LeaseAgain(settled);
    }

    public static async Task<Turn> RunAsync(MongoDbScenario.TurnCollections database, int count, int batch)
    {
        var ceiling = new MongoDbCeiling(
            database,
            await database["notifications"].Find(FilterDefinition<BsonDocument>.Empty).SingleAsync(),
            await database["deliveries"].Find(FilterDefinition<BsonDocument>.Empty).SingleAsync()
        );
        var turn = await Callers.MeasureAsync((count + batch - 1) / batch, callers: 1, async number =>
            await ceiling.WriteAsync(Math.Min(batch, count - number * batch))
        );
        return turn with { Count = count };
    }

    private async Task WriteAsync(int count)
    {
        BsonDocument[] notifications = [.. Enumerable.Range(0, count).Select(_ => Copy(_notification))];
        BsonDocument[] deliveries = [.. notifications.Select(notification => Copy(_delivery, notification["_id"]))];
        await _deliveries.BulkWriteAsync(
            [
                .. _unsettled.Select(id => new UpdateOneModel<BsonDocument>(Held(id), _settle)),
                .. deliveries.Select(delivery => new InsertOneModel<BsonDocument>(delivery)),
            ],
            new BulkWriteOptions { IsOrdered = false }
        );
        await _notifications.InsertManyAsync(notifications, new InsertManyOptions { IsOrdered = false });
        _unsettled = [.. deliveries.Select(delivery => delivery["_id"])];
    }

    private BsonDocument Held(BsonValue id) =>
        new()
        {
            { "_id", id },
            { "user", _delivery["user"] },
            { "tenant", _delivery["tenant"] },
            { "owner", new BsonDocument("$exists", true) },
        };

    private static BsonDocument Copy(BsonDocument model, BsonValue? notification = null)
    {
        var copy = (BsonDocument)model.DeepClone();
        copy["_id"] = new BsonBinaryData(Guid.CreateVersion7(), GuidRepresentation.Standard);
        if (notification is not null)
            copy["notification"] = notification;
        return copy;
    }

    private static BsonDocument CreateSettlement(BsonDocument settled) =>
        new()
        {
            {
                "$set",
                new BsonDocument(
                    settled.Where(field => field.Name is "state" or "provider" or "spent" or "endedAt" or "settledBy")
                )
            },
            {
                "$unset",
                new BsonDocument { { "dueAt", "" }, { "owner", "" } }
            },
            { "$inc", new BsonDocument("fence", 1L) },
            { "$push", new BsonDocument("attempts", settled["attempts"][0]) },
        };

    private static BsonDocument LeaseAgain(BsonDocument settled)
    {
        var leased = (BsonDocument)settled.DeepClone();
        leased.Remove("endedAt");
        leased.Remove("settledBy");
        leased["state"] = (int)DeliveryState.Pending;
        leased["dueAt"] = DateTime.UtcNow.AddMinutes(2);
        leased["owner"] = "a-host/12345/0123456789abcdef0123456789abcdef";
        leased["attempts"] = new BsonArray();
        return leased;
    }
}
