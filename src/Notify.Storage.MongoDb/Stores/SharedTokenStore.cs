using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Keeps tokens that one process obtains and all processes use.</summary>
internal sealed class SharedTokenStore(StoreDatabase database) : ISharedTokenStore
{
    private const string Id = "_id";
    private const string Value = "value";
    private const string IssuedAt = "issuedAt";

    public async ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var found = await database.SharedTokens.FindAsync(new BsonDocument(Id, name), cancellationToken).ConfigureAwait(false);
        return found is [var document] ? new SharedToken(document[Value].AsByteArray, document[IssuedAt].AsTime()) : null;
    }

    public async ValueTask<SharedToken> OfferAsync(
        string name,
        SharedToken offered,
        DateTimeOffset stale,
        CancellationToken cancellationToken
    )
    {
        var document = new BsonDocument
        {
            { Id, name },
            { Value, offered.Value.ToArray() },
            { IssuedAt, offered.IssuedAt.ToBsonValue() },
        };
        if ((await database.SharedTokens.InsertNewAsync(null, [document], cancellationToken).ConfigureAwait(false)).Count > 0)
        {
            var old = new BsonDocument { { Id, name }, { IssuedAt, new BsonDocument("$lte", stale.ToBsonValue()) } };
            await database
                .SharedTokens.WriteOneAsync(new ReplaceOneModel<BsonDocument>(old, document), cancellationToken)
                .ConfigureAwait(false);
        }

        return await FindAsync(name, cancellationToken).ConfigureAwait(false) ?? offered;
    }

    // Deletes all of them, in batches, and not only as many as asked for: each batch is small on the server anyway.
    public async ValueTask<int> PurgeAsync(
        string prefix,
        DateTimeOffset issuedBefore,
        int most,
        CancellationToken cancellationToken
    )
    {
        var end = $"{prefix[..^1]}{(char)(prefix[^1] + 1)}";
        var old = new BsonDocument(IssuedAt, new BsonDocument("$lt", issuedBefore.ToBsonValue()));
        var filter = new BsonDocument(Id, new BsonDocument { { "$gte", prefix }, { "$lt", end } }).Merge(old);
        var deleted = await database
            .SharedTokens.DeleteEachAsync(filter, new BsonDocument(Id, 1), old, cancellationToken)
            .ConfigureAwait(false);
        return (int)deleted;
    }
}
