using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Settling;

namespace Notify.Storage.MongoDb;

/// <summary>Keeps receipts with their deliveries, and lets them decide about the channels that stand in.</summary>
internal sealed class MongoDbReceiptStore(MongoDbDatabase database) : IReceiptStore
{
    public async ValueTask<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    )
    {
        // An erased delivery has no address, and takes no receipts: they may hold a vendor's words about it.
        var filter = new BsonDocument
        {
            { DeliveryField.Id, new BsonDocument("$in", receipts.Select(receipt => receipt.DeliveryId).Distinct().ToBson()) },
            { DeliveryField.Tenant, tenant },
            { DeliveryField.Address, new BsonDocument("$ne", "") },
        };
        var found = await database
            .DeliveriesNow.FindAsync(null, filter, DeliveryUpdate.LinkFields, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var known = found.ToDictionary(document => document[DeliveryField.Id].AsGuid);
        if (known.Count == 0)
            return [.. receipts.Select(_ => false)];

        await AppendAsync(known, receipts, cancellationToken).ConfigureAwait(false);
        WriteModel<BsonDocument>[] decisions =
        [
            .. receipts
                .Where(receipt =>
                    known.TryGetValue(receipt.DeliveryId, out var document) && document.Contains(DeliveryField.Chain)
                )
                .Select(receipt => Decide(receipt, known[receipt.DeliveryId])),
        ];
        if (decisions.Length > 0)
            await database.Deliveries.WriteAsync(null, decisions, cancellationToken).ConfigureAwait(false);
        return [.. receipts.Select(receipt => known.ContainsKey(receipt.DeliveryId))];
    }

    private async ValueTask AppendAsync(
        Dictionary<Guid, BsonDocument> known,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    )
    {
        var byDelivery = receipts.Where(receipt => known.ContainsKey(receipt.DeliveryId)).GroupBy(receipt => receipt.DeliveryId);
        await database
            .Deliveries.WriteAsync(null, byDelivery.Select(group => Append(known[group.Key], group)), cancellationToken)
            .ConfigureAwait(false);
    }

    private static UpdateOneModel<BsonDocument> Append(BsonDocument known, IEnumerable<Receipt> receipts)
    {
        var delivery = new BsonDocument
        {
            { DeliveryField.Id, known[DeliveryField.Id] },
            { DeliveryField.User, known[DeliveryField.User] },
        };
        var each = new BsonDocument("$each", new BsonArray(receipts.Select(StoredForm.WriteReceipt)));
        return new UpdateOneModel<BsonDocument>(
            delivery,
            new BsonDocument("$push", new BsonDocument(DeliveryField.Receipts, each))
        );
    }

    private static WriteModel<BsonDocument> Decide(Receipt receipt, BsonDocument link)
    {
        var at = receipt.At.ToBson();
        if (receipt.Kind == ReceiptKind.Bounced)
            return DeliveryUpdate.MakeNextDue(link, at);

        var later = DeliveryUpdate
            .InChain(link)
            .Add(DeliveryField.Step, new BsonDocument("$gt", link[DeliveryField.Step]))
            .Merge(DeliveryUpdate.IsFree(at));
        return new UpdateManyModel<BsonDocument>(later, DeliveryUpdate.Cancel("receipt came", at));
    }
}
