using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Planning;
using Notify.Queueing;

namespace Notify.Storage.MongoDb;

/// <summary>Leases digests that are due, and closes them.</summary>
internal sealed class MongoDbDigestStore(
    MongoDbDatabase database,
    MongoDbDigests digests,
    MongoDbIdempotency idempotency,
    MongoDbCollapse collapse,
    MongoDbContents contents,
    MongoDbOrphans orphans
) : IDigestStore
{
    private static readonly TimeSpan PutOff = TimeSpan.FromSeconds(1);
    private static readonly FindOneAndUpdateOptions<BsonDocument> AnswerNew = new() { ReturnDocument = ReturnDocument.After };
    private static readonly BsonDocument ById = new(DigestDocument.Id, 1);

    public async ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken)
    {
        var leases = new List<DigestLease>();
        foreach (var digest in await database.Digests.FindDueAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (await LeaseOneAsync(digest[DigestDocument.Id], request, cancellationToken).ConfigureAwait(false) is { } lease)
                leases.Add(lease);
        }

        return leases;
    }

    public async ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken)
    {
        var batch = new PendingWrites();
        if (closing.Summary is { } summary)
        {
            var claimed = await idempotency.ClaimAsync([summary], null, cancellationToken).ConfigureAwait(false);
            if (claimed[0]?.Status == EnqueueStatus.Stored)
                batch.Add(summary);
        }

        await collapse.PrepareAsync(batch.Deliveries, null, cancellationToken).ConfigureAwait(false);

        var id = closing.Lease.Key.ToId().ToBson();
        var written = MongoDbDigests.CreateClosing(closing, batch);
        var result = await database
            .Digests.UpdateOneAsync(
                MongoDbDigests.Held(id, closing.Lease.Fence).Add(DigestDocument.Closing, new BsonDocument("$exists", false)),
                new BsonDocument
                {
                    { "$set", new BsonDocument(DigestDocument.Closing, written) },
                    { "$inc", new BsonDocument(DigestDocument.Fence, 1L) },
                },
                cancellationToken: CancellationToken.None
            )
            .ConfigureAwait(false);
        if (result.MatchedCount == 0)
            return false;

        await digests.FinishAsync(id, closing.Lease.Fence + 1, written).ConfigureAwait(false);
        return true;
    }

    public async ValueTask<bool> FailAsync(DigestLease lease, DateTimeOffset retryAt, CancellationToken cancellationToken)
    {
        var result = await database
            .Digests.UpdateOneAsync(
                MongoDbDigests
                    .Held(lease.Key.ToId().ToBson(), lease.Fence)
                    .Add(DigestDocument.Closing, new BsonDocument("$exists", false)),
                new BsonDocument
                {
                    { "$set", new BsonDocument(DigestDocument.DueAt, retryAt.ToBson()) },
                    {
                        "$inc",
                        new BsonDocument { { DigestDocument.Fence, 1L }, { DigestDocument.Failures, 1 } }
                    },
                },
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return result.MatchedCount > 0;
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
            { ofSummary ? DigestDocument.EventSummary : DigestDocument.EventNotification, notificationId.ToBson() },
            { DigestDocument.Tenant, tenant },
        };
        var found = await database
            .DigestEvents.FindAsync(null, filter, sort: ById, limit: limit, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return [.. found.Select(DigestDocument.ReadRecord)];
    }

    private async ValueTask<DigestLease?> LeaseOneAsync(BsonValue id, DueRequest request, CancellationToken cancellationToken)
    {
        var digest = await database
            .Digests.FindOneAndUpdateAsync(
                new BsonDocument
                {
                    { DigestDocument.Id, id },
                    { DigestDocument.DueAt, new BsonDocument("$lte", request.Now.ToBson()) },
                },
                new BsonDocument
                {
                    { "$set", new BsonDocument(DigestDocument.DueAt, request.Until.ToBson()) },
                    { "$inc", new BsonDocument(DigestDocument.Fence, 1L) },
                },
                AnswerNew,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (digest is null)
            return null;

        var fence = digest[DigestDocument.Fence].AsInt64;
        if (digest.ValueOrNull(DigestDocument.Closing) is { } closing)
        {
            await digests.FinishAsync(id, fence, closing.AsBsonDocument).ConfigureAwait(false);
            return null;
        }

        var events = await FindWaitingAsync(id, cancellationToken).ConfigureAwait(false);
        var there = await contents.ThereAsync(events.Select(NotificationOf), cancellationToken).ConfigureAwait(false);
        DigestEvent[] counting =
        [
            .. events.Where(collected => there.Contains(NotificationOf(collected))).Select(DigestDocument.ReadEvent),
        ];
        if (counting.Length > 0)
            return new DigestLease(counting, digest[DigestDocument.Failures].AsInt32, fence);

        await orphans
            .ClearAsync(
                events.Select(collected => (NotificationOf(collected), collected[DigestDocument.EventAcceptedAt].AsTime())),
                request.Now,
                cancellationToken
            )
            .ConfigureAwait(false);
        await digests.EndAsync(id, fence, (request.Now + PutOff).ToBson()).ConfigureAwait(false);
        return null;
    }

    private ValueTask<List<BsonDocument>> FindWaitingAsync(BsonValue digestId, CancellationToken cancellationToken) =>
        database.DigestEvents.FindAsync(
            null,
            MongoDbDigests.Waiting(digestId),
            sort: ById,
            limit: DigestLease.MaxEvents,
            cancellationToken: cancellationToken
        );

    private static Guid NotificationOf(BsonDocument collected) => collected[DigestDocument.EventNotification].AsGuid;
}
