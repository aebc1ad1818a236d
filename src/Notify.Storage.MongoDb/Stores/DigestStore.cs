using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Leases due digests and closes them.</summary>
internal sealed class DigestStore(
    StoreDatabase database,
    DigestEvents digests,
    IdempotencyKeys idempotency,
    CollapseWriter collapse,
    ContentReader contents,
    OrphanCleanup orphans
) : IDigestStore
{
    private static readonly BsonDocument ById = new(DigestDocument.Id, 1);

    public async ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken) =>
        await database
            .Digests.LeaseDueAsync(request, found => LeaseAllAsync(found, request, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken)
    {
        var batch = new PendingWrites();
        if (closing.Summary is { } summary)
        {
            var document = NotificationDocument.Create(summary.Notification);
            var claimed = await idempotency.ClaimAsync([summary], null, cancellationToken).ConfigureAwait(false);
            if (claimed[0]?.Status == EnqueueStatus.Stored)
                batch.Add(summary, document);
        }

        await collapse.PrepareAsync(batch.Deliveries, null, cancellationToken).ConfigureAwait(false);

        var id = closing.Lease.Key.ToId().ToBsonValue();
        var written = DigestEvents.CreateClosing(closing, batch);
        var isOpen = new BsonDocument(DigestDocument.Closing, new BsonDocument("$exists", false));
        var close = new UpdateOneModel<BsonDocument>(
            DigestEvents.Held(id, closing.Lease.Fence).Merge(isOpen),
            new BsonDocument
            {
                { "$set", new BsonDocument(DigestDocument.Closing, written) },
                { "$inc", new BsonDocument(DigestDocument.Fence, 1L) },
            }
        );
        if (!await database.Digests.WriteOneAsync(close, CancellationToken.None).ConfigureAwait(false))
            return false;

        await digests.FinishAsync(id, closing.Lease.Fence + 1, written).ConfigureAwait(false);
        return true;
    }

    public async ValueTask<bool> FailAsync(DigestLease lease, DateTimeOffset retryAt, CancellationToken cancellationToken)
    {
        var isOpen = new BsonDocument(DigestDocument.Closing, new BsonDocument("$exists", false));
        var fail = new UpdateOneModel<BsonDocument>(
            DigestEvents.Held(lease.Key.ToId().ToBsonValue(), lease.Fence).Merge(isOpen),
            new BsonDocument
            {
                { "$set", new BsonDocument(DigestDocument.DueAt, retryAt.ToBsonValue()) },
                {
                    "$inc",
                    new BsonDocument { { DigestDocument.Fence, 1L }, { DigestDocument.Failures, 1 } }
                },
            }
        );
        return await database.Digests.WriteOneAsync(fail, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<CollectedEvent>> ListAsync(
        string tenant,
        Guid notificationId,
        bool ofSummary,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var filter = new BsonDocument
        {
            { ofSummary ? DigestDocument.EventSummary : DigestDocument.EventNotification, notificationId.ToBsonValue() },
            { DigestDocument.Tenant, tenant },
        };
        var found = await database
            .DigestEvents.FindAsync(null, filter, sort: ById, limit: limit, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return [.. found.Select(DigestDocument.ReadRecord)];
    }

    private async ValueTask<IReadOnlyList<Taken<DigestLease>>> LeaseAllAsync(
        List<BsonDocument> found,
        DueRequest request,
        CancellationToken cancellationToken
    )
    {
        var taken = new List<Taken<DigestLease>>();
        foreach (var digest in found)
            taken.Add(await LeaseOneAsync(digest, request, cancellationToken).ConfigureAwait(false));
        return taken;
    }

    private async ValueTask<Taken<DigestLease>> LeaseOneAsync(
        BsonDocument found,
        DueRequest request,
        CancellationToken cancellationToken
    )
    {
        var id = found[DigestDocument.Id];
        var tenant = found[DigestDocument.Tenant].AsString;
        var digest = await database
            .Digests.FindAndUpdateAsync(
                new BsonDocument
                {
                    { DigestDocument.Id, id },
                    { DigestDocument.DueAt, new BsonDocument("$lte", request.Now.ToBsonValue()) },
                },
                new BsonDocument
                {
                    { "$set", new BsonDocument(DigestDocument.DueAt, request.Until.ToBsonValue()) },
                    { "$inc", new BsonDocument(DigestDocument.Fence, 1L) },
                },
                ReturnDocument.After,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (digest is null)
            return new Taken<DigestLease>(tenant, null, ByAnother: true);

        var fence = digest[DigestDocument.Fence].AsInt64;
        if (digest.ValueOrNull(DigestDocument.Closing) is { } closing)
        {
            await digests.FinishAsync(id, fence, closing.AsBsonDocument).ConfigureAwait(false);
            return new Taken<DigestLease>(tenant, null, ByAnother: false);
        }

        var events = await FindWaitingAsync(id, cancellationToken).ConfigureAwait(false);
        var there = await contents.ThereAsync(events.Select(GetNotification), cancellationToken).ConfigureAwait(false);
        DigestEvent[] counting =
        [
            .. events.Where(collected => there.Contains(GetNotification(collected))).Select(DigestDocument.ReadEvent),
        ];
        if (counting.Length > 0)
        {
            var lease = new DigestLease(counting, digest[DigestDocument.Failures].AsInt32, fence);
            return new Taken<DigestLease>(tenant, lease, ByAnother: false);
        }

        await orphans
            .ClearAsync(
                events.Select(collected => (GetNotification(collected), collected[DigestDocument.EventAcceptedAt].AsTime())),
                request.Now,
                cancellationToken
            )
            .ConfigureAwait(false);
        // A digest without events is removed by closing it. One whose events do not count yet falls due again.
        var newest = events.Select(collected => collected[DigestDocument.EventAcceptedAt].AsTime()).Append(default).Max();
        await digests.EndAsync(id, fence, OrphanCleanup.PutOff(newest, request.Now).ToBsonValue()).ConfigureAwait(false);
        return new Taken<DigestLease>(tenant, null, ByAnother: false);
    }

    private ValueTask<List<BsonDocument>> FindWaitingAsync(BsonValue digestId, CancellationToken cancellationToken) =>
        database.DigestEvents.FindAsync(
            null,
            DigestEvents.Waiting(digestId),
            sort: ById,
            limit: DigestLease.MaxEvents,
            cancellationToken: cancellationToken
        );

    private static Guid GetNotification(BsonDocument collected) => collected[DigestDocument.EventNotification].AsGuid;
}
