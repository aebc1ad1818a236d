using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// The times at which recipients were notified, as long as a throttle looks back: a document for each recipient and category.
/// </summary>
internal sealed class ThrottleStore(StoreDatabase database) : IThrottleStore
{
    /// <summary>When the server may forget the document.</summary>
    public const string PurgeAt = "purgeAt";

    private const string Id = "_id";
    private const string Taken = "taken";
    private const string At = "at";
    private const string By = "by";

    public async ValueTask<IReadOnlyList<bool>> TryTakeAsync(ThrottleRequest request, CancellationToken cancellationToken)
    {
        string[] ids = [.. request.Recipients.Select(recipient => GetId(request, recipient))];
        var old = new BsonDocument(At, new BsonDocument("$lte", (request.Now - request.Per).ToBsonValue()));
        var forget = new BsonDocument
        {
            { "$pull", new BsonDocument(Taken, old) },
            { "$max", new BsonDocument(PurgeAt, (request.Now + request.Per).ToBsonValue()) },
        };
        await database
            .Throttles.UpsertAsync(
                null,
                ids.Select(id => new UpdateOneModel<BsonDocument>(new BsonDocument(Id, id), forget) { IsUpsert = true }),
                mayRepeat: true,
                cancellationToken
            )
            .ConfigureAwait(false);

        // Room for one more is what makes the write, and what the write then finds by its own name.
        var batch = DeliveryUpdate.NewBatch();
        var take = new BsonDocument(
            "$push",
            new BsonDocument(Taken, new BsonDocument { { At, request.Now.ToBsonValue() }, { By, batch } })
        );
        var room = new BsonDocument("$exists", false);
        await database
            .Throttles.WriteAsync(
                null,
                ids.Select(id => new UpdateOneModel<BsonDocument>(
                    new BsonDocument
                    {
                        { Id, id },
                        { $"{Taken}.{request.Max - 1}", room },
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

    // Of several permits of one time exactly one goes: $unset empties the first that matches, and $pull removes what is empty.
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
