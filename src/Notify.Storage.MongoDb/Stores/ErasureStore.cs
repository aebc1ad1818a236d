using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Providers;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// Erases what is stored about removed users, in the order of ids. Each document is written by its id and its shard key, on the
/// condition that it is not leased. There is no transaction around a batch: rows that are erased already are looked at again, so
/// that what a crash left of their notifications is erased by the next pass.
/// </summary>
internal sealed class ErasureStore(StoreDatabase database, DigestEvents digests, ContentReader contents) : IErasureStore
{
    private const string Id = "_id";
    private const string Tenant = "tenant";
    private const string User = "user";
    private const string RequestedAt = "requestedAt";

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
    };

    private static readonly BsonDocument EventFields = new()
    {
        { DigestDocument.EventNotification, 1 },
        { DigestDocument.EventDigest, 1 },
        { DigestDocument.Tenant, 1 },
        { DigestDocument.User, 1 },
        { DigestDocument.EventAcceptedAt, 1 },
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
            }
        },
    };

    private static readonly BsonDocument EraseEvent = new("$set", new BsonDocument(DigestDocument.EventReason, Erasure.Reason));

    public async ValueTask RequestAsync(Erasure erasure, CancellationToken cancellationToken)
    {
        var document = CreateKey(erasure)
            .Add(Tenant, erasure.Tenant)
            .Add(User, erasure.UserId)
            .Add(RequestedAt, erasure.RequestedAt.ToBsonValue());
        await database
            .Erasures.UpsertAsync(
                null,
                [new ReplaceOneModel<BsonDocument>(CreateKey(erasure), document) { IsUpsert = true }],
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
                limit: limit,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. found.Select(document => new Erasure(
                document[Tenant].AsString,
                document[User].AsString,
                document[RequestedAt].AsTime()
            )),
        ];
    }

    public async ValueTask<ErasureStep> EraseDeliveriesAsync(ErasureBatch batch, CancellationToken cancellationToken)
    {
        var (rows, next) = await FindRowsAsync(database.DeliveriesNow, DeliveryFields, batch, cancellationToken)
            .ConfigureAwait(false);
        var now = batch.Now.ToBsonValue();
        BsonDocument[] keys = [.. rows.Select(row => PickKey(row.Document, DeliveryField.User))];
        await WriteAsync(
                database.Deliveries,
                keys.Select(key => new UpdateOneModel<BsonDocument>(
                    new BsonDocument(key).Merge(DeliveryUpdate.IsFree(now)),
                    DeliveryUpdate.Cancel(Erasure.Reason, now)
                )),
                cancellationToken
            )
            .ConfigureAwait(false);
        var hasEnded = new BsonDocument(DeliveryField.DueAt, new BsonDocument("$exists", false));
        await WriteAsync(
                database.Deliveries,
                keys.Select(key => new UpdateOneModel<BsonDocument>(new BsonDocument(key).Merge(hasEnded), EraseDelivery)),
                cancellationToken
            )
            .ConfigureAwait(false);
        await EraseNotificationsAsync(rows, cancellationToken).ConfigureAwait(false);
        return new ErasureStep(next, await FindBusyAsync(rows, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<ErasureStep> EraseEventsAsync(ErasureBatch batch, CancellationToken cancellationToken)
    {
        var (rows, next) = await FindRowsAsync(database.DigestEvents, EventFields, batch, cancellationToken)
            .ConfigureAwait(false);
        if (rows.Count > 0)
        {
            var ids = new BsonArray(rows.Select(row => row.Document[Id]));
            await digests
                .RemoveAsync(new BsonDocument(Id, new BsonDocument("$in", ids)), Erasure.Reason, cancellationToken)
                .ConfigureAwait(false);
        }

        // Those that had ended before keep their state.
        await WriteAsync(
                database.DigestEvents,
                rows.Select(row => new UpdateOneModel<BsonDocument>(
                    PickKey(row.Document, DigestDocument.EventDigest),
                    EraseEvent
                )),
                cancellationToken
            )
            .ConfigureAwait(false);
        await EraseNotificationsAsync(rows, cancellationToken).ConfigureAwait(false);
        return new ErasureStep(next, []);
    }

    public async ValueTask CompleteAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken)
    {
        foreach (var erasure in erasures)
        {
            await database
                .Erasures.DeleteOneAsync(CreateKey(erasure).Add(RequestedAt, erasure.RequestedAt.ToBsonValue()), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static BsonDocument CreateKey(Erasure erasure) => new(Id, BsonForm.Key(erasure.Tenant, erasure.UserId));

    private static BsonDocument PickKey(BsonDocument document, string shardKey) =>
        new() { { Id, document[Id] }, { shardKey, document[shardKey] } };

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
            // Deliveries and events have the same names for these.
            var user = document.Contains(DeliveryField.IsDirect) ? null : document.TextOrNull(DeliveryField.User);
            var acceptedAt = document[DeliveryField.AcceptedAt].AsTime();
            if (batch.Find(document[DeliveryField.Tenant].AsString, user, acceptedAt) is { } owner)
                rows.Add(new Row(document, owner));
        }

        return (rows, page.Count < batch.Limit ? null : page[^1][Id].AsGuid);
    }

    private static async ValueTask WriteAsync(
        IMongoCollection<BsonDocument> collection,
        IEnumerable<UpdateOneModel<BsonDocument>> updates,
        CancellationToken cancellationToken
    )
    {
        UpdateOneModel<BsonDocument>[] all = [.. updates];
        if (all.Length > 0)
            await collection.WriteAsync(null, all, cancellationToken).ConfigureAwait(false);
    }

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

    private async ValueTask EraseNotificationsAsync(List<Row> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return;

        var addresses = rows.Where(row => row.Document.Contains(DeliveryField.Address))
            .ToLookup(
                row => row.Document[DeliveryField.Notification],
                row => new Address(
                    Channel.Named(row.Document[DeliveryField.Channel].AsString),
                    row.Document[DeliveryField.Address].AsString
                )
            );
        var ids = new BsonArray(rows.Select(row => row.Document[DeliveryField.Notification]).Distinct());
        var filter = new BsonDocument
        {
            { NotificationDocument.Id, new BsonDocument("$in", ids) },
            { NotificationDocument.Contents, new BsonDocument("$exists", true) },
        };
        var found = await database.NotificationsNow.FindAsync(filter, cancellationToken).ConfigureAwait(false);
        foreach (var document in found)
        {
            var id = document[NotificationDocument.Id];
            var hasOthers = await HasOthersAsync(id, cancellationToken).ConfigureAwait(false);
            if (ErasedNotification.From(NotificationDocument.Read(document), [.. addresses[id]], hasOthers) is not { } erased)
                continue;

            await database
                .Notifications.UpdateOneAsync(
                    new BsonDocument(NotificationDocument.Id, id),
                    NotificationDocument.EraseContent(erased),
                    cancellationToken: cancellationToken
                )
                .ConfigureAwait(false);
            contents.Remove(erased.Id);
        }
    }

    private async ValueTask<bool> HasOthersAsync(BsonValue notification, CancellationToken cancellationToken)
    {
        var keeps = new BsonDocument("$ne", Erasure.Reason);
        var keepsReason = new BsonDocument(DeliveryField.Reason, keeps);
        var keepsAddress = new BsonDocument(DeliveryField.Address, new BsonDocument("$ne", ""));
        return await HasAnyAsync(
                    database.DeliveriesNow,
                    new BsonDocument(DeliveryField.Notification, notification).Add(
                        "$or",
                        new BsonArray { keepsReason, keepsAddress }
                    ),
                    cancellationToken
                )
                .ConfigureAwait(false)
            || await HasAnyAsync(
                    database.DigestEvents,
                    new BsonDocument(DigestDocument.EventNotification, notification).Add(DigestDocument.EventReason, keeps),
                    cancellationToken
                )
                .ConfigureAwait(false)
            || await HasAnyAsync(
                    database.Expansions,
                    new BsonDocument(ExpansionDocument.Notification, notification).Add(
                        ExpansionDocument.DueAt,
                        new BsonDocument("$exists", true)
                    ),
                    cancellationToken
                )
                .ConfigureAwait(false);
    }

    private static async ValueTask<bool> HasAnyAsync(
        IMongoCollection<BsonDocument> collection,
        BsonDocument filter,
        CancellationToken cancellationToken
    ) =>
        (
            await collection.FindAsync(null, filter, ById, limit: 1, cancellationToken: cancellationToken).ConfigureAwait(false)
        ).Count > 0;

    private sealed record Row(BsonDocument Document, Erasure Owner);
}
