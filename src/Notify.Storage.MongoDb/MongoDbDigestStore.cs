using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Planning;
using Notify.Queueing;

namespace Notify.Storage.MongoDb;

/// <summary>
/// Leases digests that are due, and closes them. Closing one hands it what is to be written in one write; whoever leases a digest
/// that is being closed finishes that first.
/// </summary>
internal sealed class MongoDbDigestStore(
    MongoDbDatabase database,
    MongoDbIdempotency idempotency,
    MongoDbWrites writes,
    MongoDbCollapse collapse,
    MongoDbContents contents,
    MongoDbOrphans orphans,
    TimeProvider time
) : IDigestStore
{
    private const int MostEvents = 1_000;
    private const string ClosingWrites = "writes";
    private const string ClosingEvents = "events";
    private const string ClosingNextDueAt = "nextDueAt";

    private static readonly TimeSpan PutOff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);
    private static readonly FindOneAndUpdateOptions<BsonDocument> AnswerNew = new() { ReturnDocument = ReturnDocument.After };

    public async ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(
        string owner,
        DateTimeOffset now,
        DateTimeOffset until,
        int max,
        CancellationToken cancellationToken
    )
    {
        var due = new BsonDocument(DigestDocument.DueAt, new BsonDocument("$lte", now.ToBson()));
        var leases = new List<DigestLease>();
        while (leases.Count < max)
        {
            var found = await database
                .Digests.FindAsync(
                    null,
                    due,
                    sort: new BsonDocument(DigestDocument.DueAt, 1),
                    limit: max - leases.Count,
                    cancellationToken: cancellationToken
                )
                .ConfigureAwait(false);
            if (found.Count == 0)
                break;
            foreach (var digest in found)
            {
                if (await LeaseOneAsync(digest, now, until, cancellationToken).ConfigureAwait(false) is { } lease)
                    leases.Add(lease);
            }
        }

        return leases;
    }

    public async ValueTask<bool> CloseAsync(
        DigestLease lease,
        EnqueueRequest? request,
        DateTimeOffset nextDueAt,
        CancellationToken cancellationToken
    )
    {
        var batch = new PendingWrites();
        if (request is not null)
        {
            var claimed = await idempotency.ClaimAsync([request], null, cancellationToken).ConfigureAwait(false);
            if (claimed[0]?.Status == EnqueueStatus.Stored)
                batch.Add(request);
        }

        await collapse.PrepareAsync(batch.Deliveries, null, cancellationToken).ConfigureAwait(false);

        var id = DigestDocument.IdOf(lease.Tenant, lease.Recipient, lease.Template);
        var closing = new BsonDocument
        {
            { ClosingWrites, batch.Pack() },
            { ClosingEvents, lease.Events.Select(collected => collected.Id).ToBson() },
            { ClosingNextDueAt, nextDueAt.ToBson() },
        };
        var result = await database
            .Digests.UpdateOneAsync(
                Held(id, lease.Fence).Add(DigestDocument.Closing, new BsonDocument("$exists", false)),
                new BsonDocument
                {
                    { "$set", new BsonDocument(DigestDocument.Closing, closing) },
                    { "$inc", new BsonDocument(DigestDocument.Fence, 1L) },
                },
                cancellationToken: CancellationToken.None
            )
            .ConfigureAwait(false);
        if (result.MatchedCount == 0)
            return false;

        await FinishAsync(id, lease.Fence + 1, closing).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<DigestLease?> LeaseOneAsync(
        BsonDocument found,
        DateTimeOffset now,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        var id = found[DigestDocument.Id].AsString;
        var digest = await database
            .Digests.FindOneAndUpdateAsync(
                new BsonDocument { { DigestDocument.Id, id }, { DigestDocument.DueAt, new BsonDocument("$lte", now.ToBson()) } },
                new BsonDocument
                {
                    { "$set", new BsonDocument(DigestDocument.DueAt, until.ToBson()) },
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
            await FinishAsync(id, fence, closing.AsBsonDocument).ConfigureAwait(false);
            return null;
        }

        var events = await EventsAsync(id, cancellationToken).ConfigureAwait(false);
        var there = await contents.ThereAsync(events.Select(NotificationOf), cancellationToken).ConfigureAwait(false);
        DigestEvent[] counting =
        [
            .. events.Where(collected => there.Contains(NotificationOf(collected))).Select(DigestDocument.ReadEvent),
        ];
        if (counting is [var first, ..])
            return new DigestLease(first.Trigger.Tenant, first.Recipient, first.Trigger.Template!, counting, fence);

        await orphans
            .ClearAsync(
                events.Select(collected => (NotificationOf(collected), collected[DigestDocument.EventAcceptedAt].AsTime())),
                now,
                cancellationToken
            )
            .ConfigureAwait(false);
        await EndAsync(id, fence, (now + PutOff).ToBson()).ConfigureAwait(false);
        return null;
    }

    private async ValueTask FinishAsync(string id, long fence, BsonDocument closing)
    {
        await writes.WriteAsync(PendingWrites.Unpack(closing[ClosingWrites]), null, CancellationToken.None).ConfigureAwait(false);
        await database
            .DigestEvents.UpdateManyAsync(
                new BsonDocument(DigestDocument.Id, new BsonDocument("$in", closing[ClosingEvents])),
                DigestDocument.Forget(time.GetUtcNow() + Remembered)
            )
            .ConfigureAwait(false);
        await EndAsync(id, fence, closing[ClosingNextDueAt]).ConfigureAwait(false);
    }

    // Something that is added after the look makes the digest differ from what was looked at, and then it stays.
    private async ValueTask EndAsync(string id, long fence, BsonValue nextDueAt)
    {
        var held = await database.Digests.FindAsync(Held(id, fence), CancellationToken.None).ConfigureAwait(false);
        if (held.Count == 0)
            return;

        var events = await database
            .DigestEvents.CountDocumentsAsync(new BsonDocument(DigestDocument.EventDigest, id), new CountOptions { Limit = 1 })
            .ConfigureAwait(false);
        var unchanged = Held(id, fence).Add(DigestDocument.Added, held[0][DigestDocument.Added]);
        if (events == 0 && (await database.Digests.DeleteOneAsync(unchanged).ConfigureAwait(false)).DeletedCount > 0)
            return;

        await database
            .Digests.UpdateOneAsync(
                Held(id, fence),
                new BsonDocument
                {
                    { "$set", new BsonDocument(DigestDocument.DueAt, nextDueAt) },
                    { "$unset", new BsonDocument(DigestDocument.Closing, "") },
                }
            )
            .ConfigureAwait(false);
    }

    private ValueTask<List<BsonDocument>> EventsAsync(string id, CancellationToken cancellationToken) =>
        database.DigestEvents.FindAsync(
            null,
            new BsonDocument(DigestDocument.EventDigest, id),
            sort: new BsonDocument(DigestDocument.Id, 1),
            limit: MostEvents,
            cancellationToken: cancellationToken
        );

    private static Guid NotificationOf(BsonDocument collected) => collected[DigestDocument.EventNotification].AsGuid;

    private static BsonDocument Held(string id, long fence) =>
        new() { { DigestDocument.Id, id }, { DigestDocument.Fence, fence } };
}
