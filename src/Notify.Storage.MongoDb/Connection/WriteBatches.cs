using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Stores;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>
/// Writes documents that belong together, the notifications last: until its notification is stored, none of its documents
/// counts. Any process may repeat the writes to finish the work of another. Documents that exist already stay unchanged.
/// </summary>
internal sealed class WriteBatches(StoreDatabase database, CollapseWriter collapse)
{
    /// <summary>
    /// Writes a batch. Returns the notifications that were given up before they could be written; none of their documents
    /// counts.
    /// </summary>
    public async ValueTask<IReadOnlySet<Guid>> WriteAsync(
        PendingWrites writes,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var before = await database
            .Deliveries.InsertNewAsync(session, writes.Deliveries, cancellationToken)
            .ConfigureAwait(false);
        await database.Expansions.InsertNewAsync(session, writes.Expansions, cancellationToken).ConfigureAwait(false);
        await CollectAsync(writes.DigestEvents, session, cancellationToken).ConfigureAwait(false);
        var known = await database
            .Notifications.InsertNewAsync(session, writes.Notifications, cancellationToken)
            .ConfigureAwait(false);
        var givenUp =
            known.Count == 0
                ? new HashSet<Guid>()
                : await GivenUpAsync(
                        [.. known.Select(i => writes.Notifications[i][NotificationDocument.Id])],
                        session,
                        cancellationToken
                    )
                    .ConfigureAwait(false);

        await collapse
            .ApplyAsync(
                [.. writes.Deliveries.Where(document => !givenUp.Contains(DeliveryDocument.GetNotification(document)))],
                GetFresh(writes.Deliveries, before),
                session,
                cancellationToken
            )
            .ConfigureAwait(false);
        return givenUp;
    }

    private static HashSet<BsonDocument> GetFresh(List<BsonDocument> written, IReadOnlyList<int> before)
    {
        var fresh = new HashSet<BsonDocument>(written, ReferenceEqualityComparer.Instance);
        fresh.ExceptWith(before.Select(i => written[i]));
        return fresh;
    }

    // Events are written first. A digest that exists thus has an event, or is about to be found empty and removed.
    private async ValueTask CollectAsync(
        List<BsonDocument> events,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        if (events.Count == 0)
            return;

        await database.DigestEvents.InsertNewAsync(session, events, cancellationToken).ConfigureAwait(false);
        var firsts = events.DistinctBy(collected => collected[DigestDocument.EventDigest]);
        await database
            .Digests.UpsertAsync(session, firsts.Select(Open), mayRepeat: true, cancellationToken)
            .ConfigureAwait(false);
    }

    private static UpdateOneModel<BsonDocument> Open(BsonDocument first)
    {
        var digest = new BsonDocument
        {
            { DigestDocument.Tenant, first[DigestDocument.Tenant] },
            { DigestDocument.DueAt, first[DigestDocument.DueAt] },
            { DigestDocument.Fence, first[DigestDocument.Fence] },
            { DigestDocument.Failures, 0 },
        }.With(DigestDocument.User, first.ValueOrNull(DigestDocument.User));
        var id = new BsonDocument(DigestDocument.Id, first[DigestDocument.EventDigest]);
        var add = new BsonDocument { { "$setOnInsert", digest }, { "$inc", new BsonDocument(DigestDocument.Added, 1L) } };
        return new UpdateOneModel<BsonDocument>(id, add) { IsUpsert = true };
    }

    private async ValueTask<HashSet<Guid>> GivenUpAsync(
        BsonArray ids,
        IClientSessionHandle? session,
        CancellationToken cancellationToken
    )
    {
        var filter = new BsonDocument
        {
            { NotificationDocument.Id, new BsonDocument("$in", ids) },
            { NotificationDocument.IsGivenUp, true },
        };
        var found = await database
            .NotificationsNow.FindAsync(
                session,
                filter,
                new BsonDocument(NotificationDocument.Id, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return [.. found.Select(document => document[NotificationDocument.Id].AsGuid)];
    }
}
