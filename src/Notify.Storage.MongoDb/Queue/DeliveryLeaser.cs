using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Leases due deliveries, in turn among tenants. Each found delivery is leased by a write that requires the fence with which
/// it was found. Of several processes that find the same delivery, exactly one therefore leases it, and the others search
/// again.
/// </summary>
internal sealed class DeliveryLeaser(
    StoreDatabase database,
    PendingTenants tenants,
    ContentReader contents,
    OrphanCleanup orphans,
    CollapseWriter collapse,
    ShardKeys shardKeys
)
{
    /// <summary>
    /// The number of concurrent searches of one lease. On a sharded cluster, each of them queries every shard.
    /// </summary>
    private const int MostSearchesAtOnce = 16;

    /// <summary>The number of searches in one round. Lanes that are left have their turn in the next round.</summary>
    private const int MostSearchesPerRound = 128;

    /// <summary>
    /// After other processes took some of the found deliveries, the next search reads this many times the wanted number and
    /// picks some of them at random. Processes that always began at the oldest would find the same deliveries, and all but one
    /// of them would search in vain.
    /// </summary>
    private const int Spread = 4;

    private static readonly BsonDocument IsOpen = new("$exists", true);
    private static readonly BsonDocument OldestFirst = new() { { DeliveryField.DueAt, 1 }, { DeliveryField.Id, 1 } };

    public async ValueTask<IReadOnlyList<Lease>> TakeDueAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        var turns = await tenants.TurnsAsync(request, cancellationToken).ConfigureAwait(false);
        var known = new Dictionary<Guid, StoredContents>();
        var isContended = false;
        while (GetShares(turns) is { Length: > 0 } shares)
            isContended = await TakeAsync(request, shares, isContended, known, cancellationToken).ConfigureAwait(false);

        var leases = new List<Lease>();
        foreach (var turn in turns)
        {
            LeasedRow[] taken = [.. turn.GetRowsInTurn()];
            tenants.Served(turn.Slots, taken.Length > 0 ? taken[^1].Delivery.Tenant : turn.LastTenant);
            leases.AddRange(
                taken.Select(row => new Lease
                {
                    Delivery = row.Delivery,
                    Owner = request.Owner,
                    Fence = row.Fence,
                    Until = request.Until,
                })
            );
        }

        return leases;
    }

    public async ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<Guid, long>();
        foreach (var reference in request.References)
            wanted.TryAdd(reference.Id, reference.Fence);
        var filter = new BsonDocument
        {
            { DeliveryField.Id, new BsonDocument("$in", wanted.Keys.ToBsonValue()) },
            { DeliveryField.DueAt, IsOpen },
        };
        var found = await database.DeliveriesNow.FindAsync(filter, cancellationToken).ConfigureAwait(false);

        var known = new Dictionary<Guid, StoredContents>();
        var asPublished = found.Where(document => document[DeliveryField.Fence].AsInt64 == wanted[GetId(document)]);
        var leased = await LeaseAsync([.. asPublished], IsOpen, request.Owner, request.Until, known, cancellationToken)
            .ConfigureAwait(false);
        var rows = leased.ToDictionary(row => row.Delivery.Id);
        return
        [
            .. wanted
                .Keys.Where(rows.ContainsKey)
                .Select(id => rows[id])
                .Select(row => new Lease
                {
                    Delivery = row.Delivery,
                    Owner = request.Owner,
                    Fence = row.Fence,
                    Until = request.Until,
                }),
        ];
    }

    public async ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken)
    {
        // The driver rejects an empty batch.
        if (request.References.Count == 0)
            return [];

        var later = new BsonDocument("$set", new BsonDocument(DeliveryField.DueAt, request.Until.ToBsonValue()));
        var writes = request.References.Select(reference => new UpdateOneModel<BsonDocument>(
            shardKeys
                .GetFilter(reference.Id)
                .Add(DeliveryField.Fence, reference.Fence)
                .Add(DeliveryField.Owner, new BsonDocument("$exists", true)),
            later
        ));
        var answer = await database.Deliveries.WriteAsync(null, writes, cancellationToken).ConfigureAwait(false);
        if (answer.IsExactly(request.References.Count))
            return [.. request.References.Select(_ => true)];

        // The server returns how many documents a batch matched, but not which.
        var held = new BsonDocument
        {
            { DeliveryField.Id, new BsonDocument("$in", request.References.Select(reference => reference.Id).ToBsonValue()) },
            { DeliveryField.Owner, new BsonDocument("$exists", true) },
        };
        var fences = new BsonDocument(DeliveryField.Fence, 1);
        var found = await database
            .DeliveriesNow.FindAsync(null, held, fences, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var known = found.ToDictionary(GetId, document => document[DeliveryField.Fence].AsInt64);
        return [.. request.References.Select(reference => known.GetValueOrDefault(reference.Id, -1) == reference.Fence)];
    }

    private static (TenantShares Turn, string Tenant, int Wanted)[] GetShares(TenantShares[] turns) =>
        [
            .. turns
                .SelectMany(turn => turn.GetNextShares(), (turn, share) => (turn, share.Tenant, share.Wanted))
                .Take(MostSearchesPerRound),
        ];

    /// <summary>Runs one round of searches. Returns whether other processes took some of the found deliveries.</summary>
    private async ValueTask<bool> TakeAsync(
        LeaseRequest request,
        (TenantShares Turn, string Tenant, int Wanted)[] shares,
        bool isContended,
        Dictionary<Guid, StoredContents> known,
        CancellationToken cancellationToken
    )
    {
        var found = new List<BsonDocument>[shares.Length];
        var searching = new ParallelOptions
        {
            MaxDegreeOfParallelism = MostSearchesAtOnce,
            CancellationToken = cancellationToken,
        };
        await Parallel
            .ForAsync(0, shares.Length, searching, async (i, cancelled) =>
                found[i] = await FindAsync(request, shares[i], isContended, cancelled).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        BsonDocument[] all = [.. found.SelectMany(documents => documents)];
        var isDue = new BsonDocument("$lte", request.Now.ToBsonValue());
        var leased = await LeaseAsync(all, isDue, request.Owner, request.Until, known, cancellationToken).ConfigureAwait(false);
        await PutOffAsync(
                [.. all.Where(document => !known.ContainsKey(DeliveryDocument.GetNotification(document)))],
                request.Now,
                cancellationToken
            )
            .ConfigureAwait(false);

        var rows = leased.ToDictionary(row => row.Delivery.Id);
        for (var i = 0; i < shares.Length; i++)
        {
            LeasedRow[] ofShare = [.. found[i].Select(GetId).Where(rows.ContainsKey).Select(id => rows[id])];
            shares[i].Turn.Add(shares[i].Tenant, ofShare, found[i].Count);
        }

        return leased.Count < all.Count(document => known.ContainsKey(DeliveryDocument.GetNotification(document)));
    }

    private async ValueTask<List<BsonDocument>> FindAsync(
        LeaseRequest request,
        (TenantShares Turn, string Tenant, int Wanted) share,
        bool isContended,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .DeliveriesNow.FindAsync(
                null,
                PendingTenants.DueIn(share.Turn.Slots, request.Now).Add(DeliveryField.Tenant, share.Tenant),
                sort: OldestFirst,
                limit: isContended ? share.Wanted * Spread : share.Wanted,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return found.Count <= share.Wanted
            ? found
            : found.GetRange(Random.Shared.Next(found.Count - share.Wanted + 1), share.Wanted);
    }

    /// <summary>
    /// Leases those of the found deliveries whose notifications are stored and that no other process has leased since.
    /// </summary>
    private async ValueTask<IReadOnlyList<LeasedRow>> LeaseAsync(
        IReadOnlyList<BsonDocument> found,
        BsonDocument dueAt,
        string owner,
        DateTimeOffset until,
        Dictionary<Guid, StoredContents> known,
        CancellationToken cancellationToken
    )
    {
        var notifications = found.Select(DeliveryDocument.GetNotification);
        foreach (var (id, shared) in await contents.GetAsync(notifications, cancellationToken).ConfigureAwait(false))
            known.TryAdd(id, shared);
        BsonDocument[] counting = [.. found.Where(document => known.ContainsKey(DeliveryDocument.GetNotification(document)))];
        var superseded = await collapse.CancelSupersededAsync(counting, cancellationToken).ConfigureAwait(false);
        if (superseded.Count > 0)
            counting = [.. counting.Where(document => !superseded.Contains(GetId(document)))];
        if (counting.Length == 0)
            return [];

        var batch = DeliveryUpdate.NewBatch();
        var holder = new BsonDocument
        {
            { DeliveryField.Owner, owner },
            { DeliveryField.DueAt, until.ToBsonValue() },
            { DeliveryField.By, batch },
        };
        var lease = new BsonDocument { { "$set", holder }, { "$inc", new BsonDocument(DeliveryField.Fence, 1L) } };
        var writes = counting.Select(document => new UpdateOneModel<BsonDocument>(
            AsFound(document).Add(DeliveryField.DueAt, dueAt),
            lease
        ));
        var answer = await database.Deliveries.WriteAsync(null, writes, cancellationToken).ConfigureAwait(false);
        if (!answer.IsExactly(counting.Length))
            counting = await TakenByAsync(batch, counting, cancellationToken).ConfigureAwait(false);
        return [.. counting.Select(document => Row(document, known))];
    }

    private async ValueTask<BsonDocument[]> TakenByAsync(
        string batch,
        BsonDocument[] counting,
        CancellationToken cancellationToken
    )
    {
        var filter = new BsonDocument
        {
            { DeliveryField.Id, new BsonDocument("$in", new BsonArray(counting.Select(document => document[DeliveryField.Id]))) },
            { DeliveryField.By, batch },
        };
        var taken = await database
            .DeliveriesNow.FindAsync(null, filter, new BsonDocument(DeliveryField.Id, 1), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var ids = taken.Select(GetId).ToHashSet();
        return [.. counting.Where(document => ids.Contains(GetId(document)))];
    }

    // Deliveries that a crash left behind, or whose notification another process is about to write, are postponed. Otherwise
    // they would fill the leases and delay other deliveries.
    private async ValueTask PutOffAsync(BsonDocument[] notCounting, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (notCounting.Length == 0)
            return;

        var overdue = notCounting.Select(document =>
            (DeliveryDocument.GetNotification(document), document[DeliveryField.AcceptedAt].AsTime())
        );
        await orphans.ClearAsync(overdue, now, cancellationToken).ConfigureAwait(false);
        await database
            .Deliveries.WriteAsync(
                null,
                notCounting.Select(document => new UpdateOneModel<BsonDocument>(AsFound(document), PutOff(document, now))),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private LeasedRow Row(BsonDocument document, Dictionary<Guid, StoredContents> known)
    {
        var delivery = known[DeliveryDocument.GetNotification(document)].Complete(DeliveryDocument.Read(document));
        shardKeys.Keep(delivery);
        return new LeasedRow
        {
            Delivery = delivery,
            Fence = document[DeliveryField.Fence].AsInt64 + 1,
            WasDueAt = document[DeliveryField.DueAt].AsTime(),
            Number = 0,
        };
    }

    private static BsonDocument PutOff(BsonDocument document, DateTimeOffset now)
    {
        var until = OrphanCleanup.PutOff(document[DeliveryField.AcceptedAt].AsTime(), now);
        return new BsonDocument("$set", new BsonDocument(DeliveryField.DueAt, until.ToBsonValue()));
    }

    private static BsonDocument AsFound(BsonDocument document) =>
        DeliveryUpdate.GetKey(document).Add(DeliveryField.Fence, document[DeliveryField.Fence]);

    private static Guid GetId(BsonDocument document) => document[DeliveryField.Id].AsGuid;
}
