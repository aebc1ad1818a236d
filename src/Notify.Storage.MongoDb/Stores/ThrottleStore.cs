using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// Keeps the times at which recipients were notified, in one document per recipient and category, newest permits first.
/// Permits older than the period of a throttle stay, because a throttle with a longer period may count them.
/// </summary>
internal sealed class ThrottleStore(StoreDatabase database) : IThrottleStore
{
    /// <summary>The time at which the server may delete the document.</summary>
    public const string PurgeAt = "purgeAt";

    /// <summary>The maximum number of permits that a throttle can allow. Older permits cannot affect any throttle.</summary>
    private const int MostPermits = 10_000;

    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(31);

    private const string Id = "_id";
    private const string Taken = "taken";
    private const string At = "at";
    private const string By = "by";

    public async ValueTask<IReadOnlyList<bool>> TryTakeAsync(ThrottleRequest request, CancellationToken cancellationToken)
    {
        string[] ids = [.. request.Recipients.Select(recipient => GetId(request, recipient))];
        var old = new BsonDocument(At, new BsonDocument("$lte", (request.Now - LongestPeriod).ToBsonValue()));
        var forget = new BsonDocument
        {
            { "$pull", new BsonDocument(Taken, old) },
            { "$max", new BsonDocument(PurgeAt, (request.Now + LongestPeriod).ToBsonValue()) },
        };
        await database
            .Throttles.UpsertAsync(
                null,
                ids.Select(id => new UpdateOneModel<BsonDocument>(new BsonDocument(Id, id), forget) { IsUpsert = true }),
                mayRepeat: true,
                cancellationToken
            )
            .ConfigureAwait(false);

        // The newest permit is first, so a recipient has a permit left if the last one that the throttle would allow is missing
        // or older than the period. The batch's id makes the write safe to repeat, and shows afterwards which documents it
        // changed.
        var batch = DeliveryUpdate.NewBatch();
        var permit = new BsonDocument { { At, request.Now.ToBsonValue() }, { By, batch } };
        var take = new BsonDocument(
            "$push",
            new BsonDocument(
                Taken,
                new BsonDocument
                {
                    {
                        "$each",
                        new BsonArray { permit }
                    },
                    { "$sort", new BsonDocument(At, -1) },
                    { "$slice", MostPermits },
                }
            )
        );
        var last = $"{Taken}.{request.Max - 1}";
        var isLeft = new BsonArray
        {
            new BsonDocument(last, new BsonDocument("$exists", false)),
            new BsonDocument($"{last}.{At}", new BsonDocument("$lte", (request.Now - request.Per).ToBsonValue())),
        };
        await database
            .Throttles.WriteAsync(
                null,
                ids.Select(id => new UpdateOneModel<BsonDocument>(
                    new BsonDocument
                    {
                        { Id, id },
                        { "$or", isLeft },
                        { $"{Taken}.{By}", new BsonDocument("$ne", batch) },
                    },
                    take
                )),
                cancellationToken
            )
            .ConfigureAwait(false);

        var mine = new BsonDocument { { Id, new BsonDocument("$in", new BsonArray(ids)) }, { $"{Taken}.{By}", batch } };
        var found = await database
            .Throttles.FindAsync(null, mine, new BsonDocument(Id, 1), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var taken = found.Select(document => document[Id].AsString).ToHashSet(StringComparer.Ordinal);
        return [.. ids.Select(taken.Contains)];
    }

    // Exactly one of several permits with the same time is removed: $unset empties the first match, and $pull removes the
    // empty element.
    public async ValueTask GiveBackAsync(ThrottleRequest request, CancellationToken cancellationToken)
    {
        string[] ids = [.. request.Recipients.Select(recipient => GetId(request, recipient))];
        var clear = new BsonDocument("$unset", new BsonDocument($"{Taken}.$", ""));
        await database
            .Throttles.WriteAsync(
                null,
                ids.Select(id => new UpdateOneModel<BsonDocument>(
                    new BsonDocument { { Id, id }, { $"{Taken}.{At}", request.Now.ToBsonValue() } },
                    clear
                )),
                cancellationToken,
                mayRepeat: false
            )
            .ConfigureAwait(false);
        var remove = new BsonDocument("$pull", new BsonDocument(Taken, BsonNull.Value));
        await database
            .Throttles.WriteAsync(
                null,
                ids.Select(id => new UpdateOneModel<BsonDocument>(new BsonDocument(Id, id), remove)),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static string GetId(ThrottleRequest request, string recipient) =>
        Convert.ToHexString(RecipientHash.Compute(BsonForm.Key(request.Tenant, request.Category, recipient)));
}
