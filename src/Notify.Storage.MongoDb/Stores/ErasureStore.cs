using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// Erases the stored data of removed users, in the order of ids. Each document is updated by its id and shard key, and only if
/// it is not leased. A batch is not a transaction, and every write may be repeated. A pass also visits deliveries that are
/// already erased, so data that a crash left in their notifications is erased by the next pass.
/// </summary>
internal sealed class ErasureStore(StoreDatabase database, DigestEvents digests, ContentReader contents) : IErasureStore
{
    /// <summary>The time at which an erasure was requested. Erasures are listed in this order.</summary>
    public const string RequestedAt = "requestedAt";

    private const string Id = "_id";

    /// <summary>
    /// How many erasures are read for each that is listed. The server cannot take tenants in turn, so the oldest erasures are
    /// read and put in turn here. A pass over the deliveries, which follows, reads far more.
    /// </summary>
    private const int ReadPerListed = 100;

    private const string Tenant = "tenant";
    private const string User = "user";

    private static readonly BsonDocument ById = new(Id, 1);

    private static readonly BsonDocument DeliveryFields = new()
    {
        { DeliveryField.Notification, 1 },
        { DeliveryField.Tenant, 1 },
        { DeliveryField.User, 1 },
        { DeliveryField.IsDirect, 1 },
        { DeliveryField.AcceptedAt, 1 },
        { DeliveryField.Channel, 1 },
        { DeliveryField.Address, 1 },
        { DeliveryField.Reason, 1 },
    };

    private static readonly BsonDocument EventFields = new()
    {
        { DigestDocument.EventNotification, 1 },
        { DigestDocument.EventDigest, 1 },
        { DigestDocument.Tenant, 1 },
        { DigestDocument.User, 1 },
        { DigestDocument.EventAcceptedAt, 1 },
        { DigestDocument.EventReason, 1 },
    };

    private static readonly BsonDocument EraseDelivery = new()
    {
        {
            "$set",
            new BsonDocument { { DeliveryField.Address, "" }, { DeliveryField.Reason, Erasure.Reason } }
        },
        {
            "$unset",
            new BsonDocument
            {
                { DeliveryField.Attempts, "" },
                { DeliveryField.Receipts, "" },
                { DeliveryField.AddressKey, "" },
                { DeliveryField.DeviceId, "" },
                { DeliveryField.Topic, "" },
                { DeliveryField.CollapseKey, "" },
                { DeliveryField.Collapse, "" },
                { DeliveryField.OwnContent, "" },
            }
        },
    };

    private static readonly BsonDocument EraseEvent = new("$set", new BsonDocument(DigestDocument.EventReason, Erasure.Reason));

    private readonly NotificationEraser _notifications = new(database, contents);

    // A repeated write must not replace the time of a later request by that of an earlier one.
    public async ValueTask RequestAsync(Erasure erasure, CancellationToken cancellationToken)
    {
        var request = new BsonDocument
        {
            {
                "$setOnInsert",
                new BsonDocument { { Tenant, erasure.Tenant }, { User, erasure.UserId } }
            },
            { "$max", new BsonDocument(RequestedAt, erasure.RequestedAt.ToBsonValue()) },
        };
        await database
            .Erasures.UpsertAsync(
                null,
                [new UpdateOneModel<BsonDocument>(CreateKey(erasure), request) { IsUpsert = true }],
                mayRepeat: true,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<Erasure>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        var found = await database
            .Erasures.FindAsync(
                null,
                [],
                sort: new BsonDocument(RequestedAt, 1),
                limit: limit * ReadPerListed,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. found
                .Select(document => new Erasure(
                    document[Tenant].AsString,
                    document[User].AsString,
                    document[RequestedAt].AsTime()
                ))
                .GroupBy(erasure => erasure.Tenant)
                .SelectMany(tenant => tenant.Select((erasure, turn) => (erasure, turn)))
                .OrderBy(waiting => waiting.turn)
                .ThenBy(waiting => waiting.erasure.RequestedAt)
                .Select(waiting => waiting.erasure)
                .Take(limit),
        ];
    }

    public async ValueTask<ErasureStep> EraseDeliveriesAsync(ErasureBatch batch, CancellationToken cancellationToken)
    {
        var (rows, next) = await FindRowsAsync(database.DeliveriesNow, DeliveryFields, batch, cancellationToken)
            .ConfigureAwait(false);
        var isFree = DeliveryUpdate.IsFree(batch.Now.ToBsonValue());
        var cancel = DeliveryUpdate.Cancel(Erasure.Reason, batch.Now.ToBsonValue());
        var hasEnded = new BsonDocument(DeliveryField.DueAt, new BsonDocument("$exists", false));
        await UpdateDeliveriesAsync(rows, isFree, cancel, cancellationToken).ConfigureAwait(false);
        await _notifications.EraseRecipientsAsync(rows.Select(row => row.Document), cancellationToken).ConfigureAwait(false);
        await UpdateDeliveriesAsync(rows, hasEnded, EraseDelivery, cancellationToken).ConfigureAwait(false);
        await EraseContentsAsync(rows, cancellationToken).ConfigureAwait(false);
        return new ErasureStep(next, await FindBusyAsync(rows, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<ErasureStep> EraseEventsAsync(ErasureBatch batch, CancellationToken cancellationToken)
    {
        var (rows, next) = await FindRowsAsync(database.DigestEvents, EventFields, batch, cancellationToken)
            .ConfigureAwait(false);
        await _notifications.EraseRecipientsAsync(rows.Select(row => row.Document), cancellationToken).ConfigureAwait(false);
        if (rows.Count > 0)
        {
            var ids = new BsonArray(rows.Select(row => row.Document[Id]));
            await digests
                .RemoveAsync(new BsonDocument(Id, new BsonDocument("$in", ids)), Erasure.Reason, cancellationToken)
                .ConfigureAwait(false);
        }

        // Deliveries that had ended before keep their state.
        await database
            .DigestEvents.WriteAsync(
                null,
                rows.Select(row => new UpdateOneModel<BsonDocument>(GetEventKey(row.Document), EraseEvent)),
                cancellationToken
            )
            .ConfigureAwait(false);
        await EraseContentsAsync(rows, cancellationToken).ConfigureAwait(false);
        return new ErasureStep(next, []);
    }

    public async ValueTask CompleteAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken) =>
        await database
            .Erasures.WriteAsync(
                null,
                erasures.Select(erasure => new DeleteOneModel<BsonDocument>(
                    CreateKey(erasure).Add(RequestedAt, erasure.RequestedAt.ToBsonValue())
                )),
                cancellationToken
            )
            .ConfigureAwait(false);

    private static BsonDocument CreateKey(Erasure erasure) => new(Id, BsonForm.Key(erasure.Tenant, erasure.UserId));

    private static BsonDocument GetEventKey(BsonDocument document) =>
        new() { { Id, document[Id] }, { DigestDocument.EventDigest, document[DigestDocument.EventDigest] } };

    private static async ValueTask<(List<Row> Rows, Guid? Next)> FindRowsAsync(
        IMongoCollection<BsonDocument> collection,
        BsonDocument fields,
        ErasureBatch batch,
        CancellationToken cancellationToken
    )
    {
        var isNext = new BsonDocument(Id, new BsonDocument("$gt", batch.After.ToBsonValue()));
        var page = await collection.FindAsync(null, isNext, fields, ById, batch.Limit, cancellationToken).ConfigureAwait(false);
        var rows = new List<Row>();
        foreach (var document in page)
        {
            // Deliveries and events use the same names for these fields.
            var user = document.Contains(DeliveryField.IsDirect) ? null : document.TextOrNull(DeliveryField.User);
            var acceptedAt = document[DeliveryField.AcceptedAt].AsTime();
            if (batch.Find(document[DeliveryField.Tenant].AsString, user, acceptedAt) is { } owner)
                rows.Add(new Row(document, owner));
        }

        return (rows, page.Count < batch.Limit ? null : page[^1][Id].AsGuid);
    }

    private async ValueTask UpdateDeliveriesAsync(
        List<Row> rows,
        BsonDocument guard,
        BsonDocument update,
        CancellationToken cancellationToken
    ) =>
        await database
            .Deliveries.WriteAsync(
                null,
                rows.Select(row => new UpdateOneModel<BsonDocument>(DeliveryUpdate.GetKey(row.Document).Merge(guard), update)),
                cancellationToken
            )
            .ConfigureAwait(false);

    private ValueTask EraseContentsAsync(List<Row> rows, CancellationToken cancellationToken) =>
        _notifications.EraseContentsAsync(rows.Select(row => row.Document[DeliveryField.Notification]), cancellationToken);

    private async ValueTask<IReadOnlyCollection<Erasure>> FindBusyAsync(List<Row> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];

        var isLeft = new BsonDocument
        {
            { Id, new BsonDocument("$in", new BsonArray(rows.Select(row => row.Document[Id]))) },
            { DeliveryField.DueAt, new BsonDocument("$exists", true) },
        };
        var left = await database
            .DeliveriesNow.FindAsync(null, isLeft, ById, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var ids = left.Select(document => document[Id]).ToHashSet();
        return [.. rows.Where(row => ids.Contains(row.Document[Id])).Select(row => row.Owner).Distinct()];
    }

    private sealed record Row(BsonDocument Document, Erasure Owner);
}
