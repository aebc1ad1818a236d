using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>
/// Changes or deletes everything that a filter finds, document by document. A command that changes many documents may meet one
/// twice or never while a sharded cluster moves it between shards, and no driver may send it again after an election; a command
/// that changes one by its id and shard key does neither. Documents are looked for until none is left.
/// </summary>
internal static class DocumentWalk
{
    private const int PerRound = 1_000;
    private const int MostRoundsInVain = 3;

    /// <summary>Deletes what a filter finds, and answers how many.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Finds the documents.</param>
    /// <param name="key">Projects what addresses a document: its shard key, and with it the id.</param>
    /// <param name="guard">What must still hold when a document is deleted.</param>
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

    /// <summary>Changes what a filter finds, and answers how many. The change must make the filter find it no more.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="filter">Finds the documents.</param>
    /// <param name="key">Projects what addresses a document: its shard key, and with it the id.</param>
    /// <param name="guard">What must still hold when a document is changed.</param>
    /// <param name="update">The change.</param>
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
