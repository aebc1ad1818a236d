using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Queueing;
using Notify.Settling;

namespace Notify.Storage.MongoDb;

/// <summary>Ends a batch of leases in one write, and lets chains of channels fall back.</summary>
internal sealed class MongoDbSettle(MongoDbDatabase database, ShardKeys shardKeys)
{
    public async ValueTask<bool[]> CommitAsync(IReadOnlyList<Settlement> batch)
    {
        // A lease ends once.
        int[] first = [.. Enumerable.Range(0, batch.Count).DistinctBy(i => (batch[i].DeliveryId, batch[i].Fence))];
        var name = DeliveryUpdate.NewBatch();
        var result = await database
            .Deliveries.WriteAsync(
                null,
                first.Select(i => new UpdateOneModel<BsonDocument>(Held(batch[i]), Ended(batch[i], name))),
                CancellationToken.None
            )
            .ConfigureAwait(false);

        var applied = new bool[batch.Count];
        Settlement[] asked = [.. first.Select(i => batch[i])];
        var settled = result.MatchedCount == first.Length ? null : await SettledByAsync(name, asked).ConfigureAwait(false);
        foreach (var i in first)
        {
            applied[i] = settled?.Contains((batch[i].DeliveryId, SettledBy(name, batch[i]))) ?? true;
            shardKeys.Forget(batch[i].DeliveryId);
        }

        await FallBackAsync([.. first.Where(i => applied[i] && batch[i].State == DeliveryState.DeadLetter).Select(i => batch[i])])
            .ConfigureAwait(false);
        return applied;
    }

    private BsonDocument Held(Settlement settlement) =>
        shardKeys
            .FilterOf(settlement.DeliveryId)
            .Add(DeliveryField.Fence, settlement.Fence)
            .Add(DeliveryField.Owner, new BsonDocument("$exists", true));

    private static BsonDocument Ended(Settlement settlement, string batch)
    {
        var set = new BsonDocument
        {
            { DeliveryField.State, (int)settlement.State },
            { DeliveryField.Provider, settlement.Provider },
            { DeliveryField.Spent, settlement.AttemptsSpent },
            { DeliveryField.RetryDelay, settlement.RetryDelay.Ticks },
            { DeliveryField.Reason, settlement.Reason.ToBsonWords() },
            { DeliveryField.SettledBy, SettledBy(batch, settlement) },
        };
        var unset = new BsonDocument(DeliveryField.Owner, "");
        if (settlement.DueAt is { } dueAt)
            set.Add(DeliveryField.DueAt, dueAt.ToBson());
        else
            unset.Add(DeliveryField.DueAt, "");
        if (settlement.State != DeliveryState.Pending)
            set.Add(DeliveryField.EndedAt, settlement.SettledAt.ToBson());

        var update = new BsonDocument
        {
            { "$set", set },
            { "$unset", unset },
            { "$inc", new BsonDocument(DeliveryField.Fence, 1L) },
        };
        return settlement.Attempt is { } attempt
            ? update.Add("$push", new BsonDocument(DeliveryField.Attempts, StoredForm.WriteAttempt(attempt)))
            : update;
    }

    // The server counts what a batch changed and does not say which.
    private async ValueTask<HashSet<(Guid DeliveryId, string SettledBy)>> SettledByAsync(string batch, Settlement[] asked)
    {
        var names = asked.Select(settlement => SettledBy(batch, settlement)).Distinct();
        var filter = new BsonDocument
        {
            { DeliveryField.Id, new BsonDocument("$in", asked.Select(settlement => settlement.DeliveryId).ToBson()) },
            { DeliveryField.SettledBy, new BsonDocument("$in", new BsonArray(names)) },
        };
        var found = await database
            .DeliveriesNow.FindAsync(null, filter, new BsonDocument(DeliveryField.SettledBy, 1))
            .ConfigureAwait(false);
        return [.. found.Select(document => (document[DeliveryField.Id].AsGuid, document[DeliveryField.SettledBy].AsString))];
    }

    private static string SettledBy(string batch, Settlement settlement) => $"{batch}/{settlement.Fence}";

    // Whoever looks has written first: of those that fail at the same time in several processes, the last to look sees all. A
    // crash before the look leaves the next step to fall due by its own time.
    private async ValueTask FallBackAsync(Settlement[] failed)
    {
        if (failed.Length == 0)
            return;

        var at = failed.ToDictionary(settlement => settlement.DeliveryId, settlement => settlement.SettledAt.ToBson());
        var links = await database
            .DeliveriesNow.FindAsync(
                null,
                new BsonDocument
                {
                    { DeliveryField.Id, new BsonDocument("$in", at.Keys.ToBson()) },
                    { DeliveryField.Chain, new BsonDocument("$exists", true) },
                },
                DeliveryUpdate.LinkFields
            )
            .ConfigureAwait(false);
        if (links.Count == 0)
            return;

        var chains = await database
            .DeliveriesNow.FindAsync(
                null,
                new BsonDocument("$or", new BsonArray(links.Select(DeliveryUpdate.InChain).Distinct())),
                DeliveryUpdate.LinkFields
            )
            .ConfigureAwait(false);
        UpdateManyModel<BsonDocument>[] next =
        [
            .. links
                .Where(link => !chains.Any(other => MayStillSucceed(other, link)))
                .Select(link => DeliveryUpdate.MakeNextDue(link, at[link[DeliveryField.Id].AsGuid])),
        ];
        if (next.Length > 0)
            await database.Deliveries.WriteAsync(null, next, CancellationToken.None).ConfigureAwait(false);
    }

    private static bool MayStillSucceed(BsonDocument other, BsonDocument failed) =>
        other[DeliveryField.Chain] == failed[DeliveryField.Chain]
        && other[DeliveryField.Notification] == failed[DeliveryField.Notification]
        && other[DeliveryField.Step].AsInt32 <= failed[DeliveryField.Step].AsInt32
        && (DeliveryState)other[DeliveryField.State].AsInt32 is DeliveryState.Pending or DeliveryState.Accepted;
}
