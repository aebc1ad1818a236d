using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb;

/// <summary>Batches of reads and writes, with the application's session where it has a transaction.</summary>
internal static class MongoDbCommands
{
    private static readonly InsertManyOptions InsertUnordered = new() { IsOrdered = false };
    private static readonly BulkWriteOptions WriteUnordered = new() { IsOrdered = false };

    /// <summary>
    /// Inserts documents, but for those whose id is there already. Answers which those are, by their place in the list.
    /// </summary>
    public static async ValueTask<IReadOnlyList<int>> InsertNewAsync(
        this IMongoCollection<BsonDocument> collection,
        IClientSessionHandle? session,
        IReadOnlyList<BsonDocument> documents,
        CancellationToken cancellationToken
    )
    {
        if (documents.Count == 0)
            return [];

        try
        {
            await (
                session is null
                    ? collection.InsertManyAsync(documents, InsertUnordered, cancellationToken)
                    : collection.InsertManyAsync(session, documents, InsertUnordered, cancellationToken)
            ).ConfigureAwait(false);
            return [];
        }
        catch (MongoBulkWriteException exception) when (IsOnlyDuplicates(exception))
        {
            return [.. exception.WriteErrors.Select(error => error.Index)];
        }
    }

    public static async ValueTask<BulkWriteResult<BsonDocument>> WriteAsync(
        this IMongoCollection<BsonDocument> collection,
        IClientSessionHandle? session,
        IEnumerable<WriteModel<BsonDocument>> writes,
        CancellationToken cancellationToken
    ) =>
        await (
            session is null
                ? collection.BulkWriteAsync(writes, WriteUnordered, cancellationToken)
                : collection.BulkWriteAsync(session, writes, WriteUnordered, cancellationToken)
        ).ConfigureAwait(false);

    /// <summary>
    /// Writes upserts. Of two that make the same document at the same time one fails, and finds it there the next time.
    /// </summary>
    public static async ValueTask UpsertAsync(
        this IMongoCollection<BsonDocument> collection,
        IClientSessionHandle? session,
        IEnumerable<WriteModel<BsonDocument>> upserts,
        CancellationToken cancellationToken
    )
    {
        for (WriteModel<BsonDocument>[] left = [.. upserts]; left.Length > 0; )
        {
            try
            {
                await collection.WriteAsync(session, left, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (MongoBulkWriteException exception) when (session is null && IsOnlyDuplicates(exception))
            {
                left = [.. exception.WriteErrors.Select(error => left[error.Index])];
            }
        }
    }

    public static async ValueTask<List<BsonDocument>> FindAsync(
        this IMongoCollection<BsonDocument> collection,
        IClientSessionHandle? session,
        BsonDocument filter,
        BsonDocument? projection = null,
        BsonDocument? sort = null,
        int? limit = null,
        CancellationToken cancellationToken = default
    )
    {
        var options = new FindOptions<BsonDocument>
        {
            Projection = projection,
            Sort = sort,
            Limit = limit,
        };
        using var cursor = await (
            session is null
                ? collection.FindAsync(filter, options, cancellationToken)
                : collection.FindAsync(session, filter, options, cancellationToken)
        ).ConfigureAwait(false);
        return await cursor.ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    public static ValueTask<List<BsonDocument>> FindAsync(
        this IMongoCollection<BsonDocument> collection,
        BsonDocument filter,
        CancellationToken cancellationToken
    ) => collection.FindAsync(null, filter, cancellationToken: cancellationToken);

    /// <summary>Whether a failure may be due to what one caller wanted written, and not to the server or the way there.</summary>
    public static bool IsFaultOfOneCall(Exception exception) =>
        exception
            is not (MongoConnectionException or MongoNotPrimaryException or MongoNodeIsRecoveringException or TimeoutException);

    private static bool IsOnlyDuplicates(MongoBulkWriteException exception) =>
        exception.WriteConcernError is null
        && exception.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey);
}
