using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>Ends a batch of leases in one write, and lets chains of channels fall back.</summary>
internal sealed class DeliverySettlementWriter(
    StoreDatabase database,
    ShardKeys shardKeys,
    FallbackChains chains,
    ILogger<DeliverySettlementWriter> logger
)
{
    /// <summary>More than any process has in flight. To forget one costs at most an answer that it was not applied.</summary>
    private const int MostUndecided = 200_000;

    // By lease, the name under which a settlement was sent that failed. Nobody knows whether it was written: the fence may have
    // moved although the caller heard of an error. When the caller settles that lease again, the same name tells that it was.
    private readonly ConcurrentDictionary<(Guid DeliveryId, long Fence), string> _undecided = new();

    public async ValueTask<bool[]> CommitAsync(IReadOnlyList<Settlement> batch)
    {
        // A lease ends once.
        int[] first = [.. Enumerable.Range(0, batch.Count).DistinctBy(i => (batch[i].DeliveryId, batch[i].Fence))];
        var newName = DeliveryUpdate.NewBatch();
        (Settlement Settlement, string Name)[] asked = [.. first.Select(i => (batch[i], GetName(batch[i], newName)))];
        var settled = await WriteAsync(asked).ConfigureAwait(false);

        var applied = new bool[batch.Count];
        for (var i = 0; i < asked.Length; i++)
        {
            var settlement = asked[i].Settlement;
            applied[first[i]] = settled?.Contains((settlement.DeliveryId, asked[i].Name)) ?? true;
            shardKeys.Forget(settlement.DeliveryId);
            _undecided.TryRemove((settlement.DeliveryId, settlement.Fence), out _);
        }

        Settlement[] failed =
        [
            .. first.Where(i => applied[i] && batch[i].State == DeliveryState.DeadLetter).Select(i => batch[i]),
        ];
        if (failed.Length > 0)
            await AfterCommit.RunAsync(logger, "fall back", () => FallBackAsync(failed)).ConfigureAwait(false);
        return applied;
    }

    /// <summary>Writes the settlements, and answers which were applied; null where all were.</summary>
    private async ValueTask<HashSet<(Guid DeliveryId, string Name)>?> WriteAsync((Settlement Settlement, string Name)[] asked)
    {
        try
        {
            var answer = await database
                .Deliveries.WriteAsync(
                    null,
                    asked.Select(one => new UpdateOneModel<BsonDocument>(Held(one.Settlement), Ended(one.Settlement, one.Name))),
                    CancellationToken.None
                )
                .ConfigureAwait(false);
            return answer.IsExactly(asked.Length) ? null : await SettledByAsync(asked).ConfigureAwait(false);
        }
        catch (Exception)
        {
            if (_undecided.Count > MostUndecided)
                _undecided.Clear();
            foreach (var (settlement, name) in asked)
                _undecided[(settlement.DeliveryId, settlement.Fence)] = name;
            throw;
        }
    }

    private string GetName(Settlement settlement, string newName) =>
        !_undecided.IsEmpty && _undecided.TryGetValue((settlement.DeliveryId, settlement.Fence), out var known)
            ? known
            : $"{newName}/{settlement.Fence}";

    private BsonDocument Held(Settlement settlement) =>
        shardKeys
            .GetFilter(settlement.DeliveryId)
            .Add(DeliveryField.Fence, settlement.Fence)
            .Add(DeliveryField.Owner, new BsonDocument("$exists", true));

    private static BsonDocument Ended(Settlement settlement, string name)
    {
        var set = new BsonDocument
        {
            { DeliveryField.State, (int)settlement.State },
            { DeliveryField.Provider, settlement.Provider },
            { DeliveryField.Spent, settlement.AttemptsSpent },
            { DeliveryField.RetryDelay, settlement.RetryDelay.Ticks },
            { DeliveryField.Reason, settlement.Reason.ToBsonWords() },
            { DeliveryField.SettledBy, name },
        };
        var unset = new BsonDocument(DeliveryField.Owner, "");
        if (settlement.DueAt is { } dueAt)
            set.Add(DeliveryField.DueAt, dueAt.ToBsonValue());
        else
            unset.Add(DeliveryField.DueAt, "");
        if (settlement.State != DeliveryState.Pending)
            set.Add(DeliveryField.EndedAt, settlement.SettledAt.ToBsonValue());

        var update = new BsonDocument
        {
            { "$set", set },
            { "$unset", unset },
            { "$inc", new BsonDocument(DeliveryField.Fence, 1L) },
        };
        return settlement.Attempt is { } attempt
            ? update.Add("$push", new BsonDocument(DeliveryField.Attempts, BsonForm.Append([StoredForm.WriteAttempt(attempt)])))
            : update;
    }

    // The server counts what a batch changed and does not say which.
    private async ValueTask<HashSet<(Guid DeliveryId, string Name)>> SettledByAsync((Settlement Settlement, string Name)[] asked)
    {
        var names = asked.Select(one => one.Name).Distinct();
        var filter = new BsonDocument
        {
            { DeliveryField.Id, new BsonDocument("$in", asked.Select(one => one.Settlement.DeliveryId).ToBsonValue()) },
            { DeliveryField.SettledBy, new BsonDocument("$in", new BsonArray(names)) },
        };
        var found = await database
            .DeliveriesNow.FindAsync(null, filter, new BsonDocument(DeliveryField.SettledBy, 1))
            .ConfigureAwait(false);
        return [.. found.Select(document => (document[DeliveryField.Id].AsGuid, document[DeliveryField.SettledBy].AsString))];
    }

    // Whoever looks has written first: of those that fail at the same time in several processes, the last to look sees all. A
    // crash before the look leaves the next step to fall due by its own time.
    private async ValueTask FallBackAsync(Settlement[] failed)
    {
        var at = failed.ToDictionary(settlement => settlement.DeliveryId, settlement => settlement.SettledAt.ToBsonValue());
        var links = await database
            .DeliveriesNow.FindAsync(
                null,
                new BsonDocument
                {
                    { DeliveryField.Id, new BsonDocument("$in", at.Keys.ToBsonValue()) },
                    { DeliveryField.Chain, new BsonDocument("$exists", true) },
                },
                DeliveryUpdate.LinkFields
            )
            .ConfigureAwait(false);
        if (links.Count == 0)
            return;

        var others = await chains.FindAsync(links, CancellationToken.None).ConfigureAwait(false);
        WriteModel<BsonDocument>[] next =
        [
            .. links
                .Where(link => !others.Any(other => MayStillSucceed(other, link)))
                .SelectMany(link => FallbackChains.MakeNextDue(link, others, at[link[DeliveryField.Id].AsGuid])),
        ];
        if (next.Length > 0)
            await database.Deliveries.WriteAsync(null, next, CancellationToken.None).ConfigureAwait(false);
    }

    private static bool MayStillSucceed(BsonDocument other, BsonDocument failed) =>
        FallbackChains.IsSameChain(other, failed)
        && FallbackChains.GetStep(other) <= FallbackChains.GetStep(failed)
        && (DeliveryState)other[DeliveryField.State].AsInt32 is DeliveryState.Pending or DeliveryState.Sent;
}
