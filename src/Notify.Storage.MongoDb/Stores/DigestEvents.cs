using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// Finishes the closing of digests, and removes events from digests. A single write, which sets <see
/// cref="DigestDocument.Closing"/>, decides which events a summary contains. Any process that finds the field makes the
/// remaining writes, which may be repeated.
/// </summary>
internal sealed class DigestEvents(StoreDatabase database, WriteBatches writes)
{
    private const string ClosingWrites = "writes";
    private const string ClosingEvents = "events";
    private const string ClosingState = "state";
    private const string ClosingSummary = "summary";
    private const string ClosingReason = "reason";
    private const string ClosingNextDueAt = "nextDueAt";

    public static BsonDocument CreateClosing(DigestClosing closing, PendingWrites batch) =>
        new BsonDocument
        {
            { ClosingWrites, batch.Pack() },
            { ClosingEvents, closing.Lease.Events.Select(collected => collected.Id).ToBsonValue() },
            { ClosingState, (int)closing.State },
            { ClosingNextDueAt, closing.NextDueAt.ToBsonValue() },
        }
            .With(ClosingSummary, closing.Summary?.Notification.Id.ToBsonValue())
            .With(ClosingReason, closing.Reason);

    public static BsonDocument Held(BsonValue id, long fence) =>
        new() { { DigestDocument.Id, id }, { DigestDocument.Fence, fence } };

    public static BsonDocument Waiting(BsonValue digestId) =>
        new() { { DigestDocument.EventDigest, digestId }, { DigestDocument.EventIsOpen, true } };

    public async ValueTask FinishAsync(BsonValue id, long fence, BsonDocument closing)
    {
        await writes.WriteAsync(PendingWrites.Unpack(closing[ClosingWrites]), null, CancellationToken.None).ConfigureAwait(false);

        // An event is ended whatever its state is now, because the summary contains it. Each is updated by its shard key: an
        // update of many documents may process one twice or never while the cluster moves it.
        var end = DigestDocument.End(
            (CollectedState)closing[ClosingState].AsInt32,
            closing.ValueOrNull(ClosingSummary),
            closing.TextOrNull(ClosingReason)
        );
        await database
            .DigestEvents.WriteAsync(
                null,
                closing[ClosingEvents]
                    .AsBsonArray.Select(collected => new UpdateOneModel<BsonDocument>(
                        new BsonDocument { { DigestDocument.Id, collected }, { DigestDocument.EventDigest, id } },
                        end
                    )),
                CancellationToken.None
            )
            .ConfigureAwait(false);
        await EndAsync(id, fence, closing[ClosingNextDueAt]).ConfigureAwait(false);
    }

    /// <summary>
    /// Removes a digest without waiting events. A digest with waiting events falls due at <paramref name="nextDueAt"/>.
    /// </summary>
    public async ValueTask EndAsync(BsonValue id, long fence, BsonValue nextDueAt)
    {
        if (await TryRemoveAsync(Held(id, fence)).ConfigureAwait(false))
            return;

        var goOn = new BsonDocument
        {
            {
                "$set",
                new BsonDocument { { DigestDocument.DueAt, nextDueAt }, { DigestDocument.Failures, 0 } }
            },
            { "$unset", new BsonDocument(DigestDocument.Closing, "") },
        };
        await database
            .Digests.WriteOneAsync(new UpdateOneModel<BsonDocument>(Held(id, fence), goOn), CancellationToken.None)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Removes waiting events from their digests. An event that a closing already contains is summarized nevertheless, and its
    /// state shows that afterwards.
    /// </summary>
    /// <param name="ofEvents">The filter that finds the events, in addition to the condition that they wait.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="cancellationToken">Cancels the search, but not the writes.</param>
    public async ValueTask RemoveAsync(BsonDocument ofEvents, string reason, CancellationToken cancellationToken)
    {
        var isWaiting = new BsonDocument(ofEvents).Add(DigestDocument.EventIsOpen, true);
        while (true)
        {
            var waiting = await database
                .DigestEvents.FindAsync(
                    null,
                    isWaiting,
                    new BsonDocument(DigestDocument.EventDigest, 1),
                    limit: DigestLease.MaxEvents,
                    cancellationToken: cancellationToken
                )
                .ConfigureAwait(false);
            if (waiting.Count == 0)
                return;

            await database
                .DigestEvents.WriteAsync(
                    null,
                    waiting.Select(collected => new UpdateOneModel<BsonDocument>(
                        new BsonDocument(collected).Add(DigestDocument.EventIsOpen, true),
                        DigestDocument.End(CollectedState.Cancelled, null, reason)
                    )),
                    CancellationToken.None
                )
                .ConfigureAwait(false);
            foreach (var digest in waiting.Select(collected => collected[DigestDocument.EventDigest]).Distinct())
                await LoseLeaseAsync(digest).ConfigureAwait(false);
        }
    }

    // Runs after the events have ended. A lease that is taken from now on does not contain them. An earlier lease loses its
    // fence here, unless it has already closed the digest; then the closing is finished and contains the events.
    private async ValueTask LoseLeaseAsync(BsonValue id)
    {
        var isThere = new BsonDocument(DigestDocument.Id, id);
        while (true)
        {
            var isOpen = new BsonDocument(isThere).Add(DigestDocument.Closing, new BsonDocument("$exists", false));
            var lose = new UpdateOneModel<BsonDocument>(
                isOpen,
                new BsonDocument("$inc", new BsonDocument(DigestDocument.Fence, 1L))
            );
            if (await database.Digests.WriteOneAsync(lose, CancellationToken.None).ConfigureAwait(false))
            {
                await TryRemoveAsync(isOpen).ConfigureAwait(false);
                return;
            }

            var found = await database.Digests.FindAsync(isThere, CancellationToken.None).ConfigureAwait(false);
            if (found.Count == 0)
                return;
            if (found[0].ValueOrNull(DigestDocument.Closing) is { } closing)
                await FinishAsync(id, found[0][DigestDocument.Fence].AsInt64, closing.AsBsonDocument).ConfigureAwait(false);
        }
    }

    // If an event is added after the read, the digest no longer matches the filter and stays.
    private async ValueTask<bool> TryRemoveAsync(BsonDocument digest)
    {
        var found = await database.Digests.FindAsync(digest, CancellationToken.None).ConfigureAwait(false);
        if (found.Count == 0)
            return true;

        var waiting = await database
            .DigestEvents.CountMatchingAsync(Waiting(found[0][DigestDocument.Id]), most: 1, CancellationToken.None)
            .ConfigureAwait(false);
        if (waiting > 0)
            return false;

        var unchanged = new BsonDocument(digest).Add(DigestDocument.Added, found[0][DigestDocument.Added]);
        return await database
            .Digests.WriteOneAsync(new DeleteOneModel<BsonDocument>(unchanged), CancellationToken.None)
            .ConfigureAwait(false);
    }
}
