using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Keeps receipts with their deliveries, and advances or stops the fallback chains of the deliveries.</summary>
internal sealed class ReceiptStore(StoreDatabase database, FallbackChains chains) : IReceiptStore
{
    private const int MostTries = 4;

    public async ValueTask<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    )
    {
        // An erased delivery has no address and takes no receipts, because they may contain a vendor's text about it.
        var filter = new BsonDocument
        {
            {
                DeliveryField.Id,
                new BsonDocument("$in", receipts.Select(receipt => receipt.DeliveryId).Distinct().ToBsonValue())
            },
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
        await DecideAsync(known, receipts, cancellationToken).ConfigureAwait(false);
        return [.. receipts.Select(receipt => known.ContainsKey(receipt.DeliveryId))];
    }

    // A receipt that is stored already is not added again: the vendor, or this store after an election, may send it twice. The
    // receipts of a delivery are added in one write, which keeps their order. It matches the delivery only if none of them is
    // stored.
    private async ValueTask AppendAsync(
        Dictionary<Guid, BsonDocument> known,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    )
    {
        var missing = receipts
            .Where(receipt => known.ContainsKey(receipt.DeliveryId))
            .GroupBy(receipt => receipt.DeliveryId, Written.From)
            .ToDictionary(group => group.Key, group => group.DistinctBy(written => written.Mark).ToArray());
        for (var tries = 1; missing.Count > 0; tries++)
        {
            var answer = await database
                .Deliveries.WriteAsync(null, missing.Select(one => Append(known[one.Key], one.Value)), cancellationToken)
                .ConfigureAwait(false);
            if (answer.IsExactly(missing.Count) || tries == MostTries)
                return;

            missing = await FindMissingAsync(missing, cancellationToken).ConfigureAwait(false);
        }
    }

    private static UpdateOneModel<BsonDocument> Append(BsonDocument known, Written[] written)
    {
        var isNew = new BsonDocument(
            DeliveryField.Receipts,
            new BsonDocument("$nin", new BsonArray(written.Select(one => one.ToFilter())))
        );
        return new UpdateOneModel<BsonDocument>(
            DeliveryUpdate.GetKey(known).Merge(isNew),
            new BsonDocument("$push", new BsonDocument(DeliveryField.Receipts, BsonForm.Append(written.Select(one => one.Text))))
        );
    }

    private async ValueTask<Dictionary<Guid, Written[]>> FindMissingAsync(
        Dictionary<Guid, Written[]> written,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .DeliveriesNow.FindAsync(
                null,
                new BsonDocument(DeliveryField.Id, new BsonDocument("$in", written.Keys.ToBsonValue())),
                new BsonDocument(DeliveryField.Receipts, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        var missing = new Dictionary<Guid, Written[]>();
        foreach (var document in found)
        {
            var there = document.ValueOrNull(DeliveryField.Receipts)?.AsBsonArray ?? [];
            var id = document[DeliveryField.Id].AsGuid;
            if (written[id].Where(receipt => !there.Any(receipt.IsIn)).ToArray() is { Length: > 0 } left)
                missing.Add(id, left);
        }

        return missing;
    }

    private async ValueTask DecideAsync(
        Dictionary<Guid, BsonDocument> known,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    )
    {
        (Receipt Receipt, BsonDocument Link)[] decisive =
        [
            .. receipts
                .Where(receipt => known.TryGetValue(receipt.DeliveryId, out var link) && link.Contains(DeliveryField.Chain))
                .Select(receipt => (receipt, known[receipt.DeliveryId])),
        ];
        if (decisive.Length == 0)
            return;

        var links = await chains.FindAsync([.. decisive.Select(one => one.Link)], cancellationToken).ConfigureAwait(false);
        WriteModel<BsonDocument>[] writes = [.. decisive.SelectMany(one => Decide(one.Receipt, one.Link, links))];
        if (writes.Length > 0)
            await database.Deliveries.WriteAsync(null, writes, cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<WriteModel<BsonDocument>> Decide(Receipt receipt, BsonDocument link, List<BsonDocument> links)
    {
        var at = receipt.At.ToBsonValue();
        if (receipt.Kind == ReceiptKind.Bounced)
            return FallbackChains.MakeNextDue(link, links, at);
        return receipt.Kind.ProvesArrival ? FallbackChains.StopLater(link, links, receipt.Kind, "receipt came", at) : [];
    }

    /// <summary>A receipt as it is stored.</summary>
    /// <param name="Text">The stored form.</param>
    /// <param name="Mark">The part of it that a receipt of the same event contains.</param>
    private sealed record Written(string Text, string Mark)
    {
        public static Written From(Receipt receipt) => new(StoredForm.WriteReceipt(receipt), StoredForm.GetReceiptMark(receipt));

        public BsonValue ToFilter() => Mark == Text ? new BsonString(Text) : new BsonRegularExpression(Regex.Escape(Mark));

        public bool IsIn(BsonValue stored) => stored.AsString.Contains(Mark, StringComparison.Ordinal);
    }
}
