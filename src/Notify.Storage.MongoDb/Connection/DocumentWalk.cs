using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>
/// Updates or deletes all documents that match a filter, one by one. A command that changes many documents may process one
/// twice or never while a sharded cluster moves it between shards, and no driver may send it again after an election. A
/// command that changes one document by its id and shard key avoids both. The search is repeated until no document matches.
/// </summary>
internal static class DocumentWalk
{
    private const int PerRound = 1_000;
    private const int MostRoundsInVain = 3;

    /// <summary>Deletes the documents that match a filter. Returns how many.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Matches the documents.</param>
    /// <param name="key">The projection of the id and the shard key.</param>
    /// <param name="guard">A condition that a document must still meet when it is deleted.</param>
    /// <param name="cancellationToken">Cancels the search, but not a batch.</param>
    public static ValueTask<long> DeleteEachAsync(
        this IMongoCollection<BsonDocument> collection,
        BsonDocument filter,
        BsonDocument key,
        BsonDocument? guard = null,
        CancellationToken cancellationToken = default
    ) =>
        collection.WriteEachAsync(
            filter,
            key,
            document => new DeleteOneModel<BsonDocument>(Guarded(document, guard)),
            cancellationToken
        );

    /// <summary>
    /// Updates the documents that match a filter. Returns how many. After the update, a document must not match the filter.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Matches the documents.</param>
    /// <param name="key">The projection of the id and the shard key.</param>
    /// <param name="guard">A condition that a document must still meet when it is updated.</param>
    /// <param name="update">The update.</param>
    /// <param name="cancellationToken">Cancels the search, but not a batch.</param>
    public static ValueTask<long> UpdateEachAsync(
        this IMongoCollection<BsonDocument> collection,
        BsonDocument filter,
        BsonDocument key,
        BsonDocument guard,
        BsonDocument update,
        CancellationToken cancellationToken = default
    ) =>
        collection.WriteEachAsync(
            filter,
            key,
            document => new UpdateOneModel<BsonDocument>(Guarded(document, guard), update),
            cancellationToken
        );

    private static async ValueTask<long> WriteEachAsync(
        this IMongoCollection<BsonDocument> collection,
        BsonDocument filter,
        BsonDocument key,
        Func<BsonDocument, WriteModel<BsonDocument>> write,
        CancellationToken cancellationToken
    )
    {
        var written = 0L;
        for (var inVain = 0; inVain < MostRoundsInVain; )
        {
            var found = await collection
                .FindAsync(null, filter, key, limit: PerRound, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            if (found.Count == 0)
                break;

            var (touched, _) = await collection
                .WriteAsync(null, found.Select(write), CancellationToken.None)
                .ConfigureAwait(false);
            inVain = touched == 0 ? inVain + 1 : 0;
            written += touched;
        }

        return written;
    }

    private static BsonDocument Guarded(BsonDocument document, BsonDocument? guard) =>
        guard is null ? document : new BsonDocument(document).Merge(guard);
}
