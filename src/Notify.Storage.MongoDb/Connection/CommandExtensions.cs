using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>Writes batches, in the transaction of the application's session if there is one.</summary>
internal static class CommandExtensions
{
    private static readonly InsertManyOptions InsertUnordered = new() { IsOrdered = false };
    private static readonly BulkWriteOptions WriteUnordered = new() { IsOrdered = false };

    /// <summary>The number of times that a write is sent. The driver itself sends each of these twice.</summary>
    private const int MostTries = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Inserts documents and returns the positions of those whose id exists already. If the answer to an earlier try was lost,
    /// the documents that it inserted are among them.
    /// </summary>
    public static async ValueTask<IReadOnlyList<int>> InsertNewAsync(
        this IMongoCollection<BsonDocument> collection,
        IClientSessionHandle? session,
        IReadOnlyList<BsonDocument> documents,
        CancellationToken cancellationToken
    )
    {
        var known = new List<int>();
        var inserted = new HashSet<int>();
        int[] left = [.. Enumerable.Range(0, documents.Count)];
        var waited = false;
        for (var tries = 1; left.Length > 0; tries++)
        {
            try
            {
                BsonDocument[] batch = [.. left.Select(i => documents[i])];
                await (
                    session is null
                        ? collection.InsertManyAsync(batch, InsertUnordered, cancellationToken)
                        : collection.InsertManyAsync(session, batch, InsertUnordered, cancellationToken)
                ).ConfigureAwait(false);
                break;
            }
            catch (MongoBulkWriteException exception) when (MayGoOn(exception, session, tries, waited, areDuplicatesKnown: true))
            {
                waited |= exception.WriteConcernError is not null;
                var errors = exception.WriteErrors.ToLookup(error => error.Category == ServerErrorCategory.DuplicateKey);
                known.AddRange(errors[true].Select(error => left[error.Index]).Where(i => !inserted.Contains(i)));
                var refused = exception.WriteErrors.Select(error => left[error.Index]).ToHashSet();
                inserted.UnionWith(left.Where(i => !refused.Contains(i)));
                // Documents that were written but are not durable yet are written again: a write that changes nothing also
                // waits for the majority. https://www.mongodb.com/docs/manual/reference/write-concern/
                int[] notDurable = exception.WriteConcernError is null ? [] : [.. left.Where(i => !refused.Contains(i))];
                left = [.. notDurable, .. errors[false].Select(error => left[error.Index])];
            }
            catch (Exception exception) when (MayRepeat(exception, session, tries))
            {
                // Insert all of them again. Documents that exist already stay unchanged.
            }

            if (left.Length > 0)
                await PauseAsync(tries, cancellationToken).ConfigureAwait(false);
        }

        return known;
    }

    /// <summary>
    /// Writes a batch. Writes that a shard temporarily refuses, or that are not on a majority yet, are repeated. A caller that
    /// needs to know which writes matched stores the name of its batch in the documents.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="session">The application's session, if it has a transaction.</param>
    /// <param name="writes">The writes.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="mayRepeat">
    /// Whether a write may be applied twice. If not, a write that is not on a majority yet counts as done.
    /// </param>
    public static async ValueTask<WriteAnswer> WriteAsync(
        this IMongoCollection<BsonDocument> collection,
        IClientSessionHandle? session,
        IEnumerable<WriteModel<BsonDocument>> writes,
        CancellationToken cancellationToken,
        bool mayRepeat = true
    )
    {
        WriteModel<BsonDocument>[] left = [.. writes];
        var (touched, waited, isRepeated) = (0L, false, false);
        for (var tries = 1; left.Length > 0; tries++)
        {
            try
            {
                var result = await (
                    session is null
                        ? collection.BulkWriteAsync(left, WriteUnordered, cancellationToken)
                        : collection.BulkWriteAsync(session, left, WriteUnordered, cancellationToken)
                ).ConfigureAwait(false);
                return new WriteAnswer(touched + result.MatchedCount + result.DeletedCount, isRepeated);
            }
            catch (MongoBulkWriteException<BsonDocument> exception) when (MayGoOn(exception, session, tries, waited))
            {
                touched += exception.Result.MatchedCount + exception.Result.DeletedCount;
                waited |= exception.WriteConcernError is not null;
                if (exception.WriteConcernError is null || !mayRepeat)
                    left = [.. exception.WriteErrors.Select(error => left[error.Index])];
                else
                    isRepeated = true;
            }
            catch (Exception exception) when (mayRepeat && MayRepeat(exception, session, tries))
            {
                isRepeated = true;
            }

            if (left.Length > 0)
                await PauseAsync(tries, cancellationToken).ConfigureAwait(false);
        }

        return new WriteAnswer(touched, isRepeated);
    }

    /// <summary>Writes one document like <see cref="WriteAsync"/>. Returns whether it existed.</summary>
    public static async ValueTask<bool> WriteOneAsync(
        this IMongoCollection<BsonDocument> collection,
        WriteModel<BsonDocument> write,
        CancellationToken cancellationToken
    ) => (await collection.WriteAsync(null, [write], cancellationToken).ConfigureAwait(false)).Touched > 0;

    /// <summary>
    /// Updates one document and returns it as it was before or after the update. It is returned even if the update is not
    /// durable yet. Only leases use this method, and a lease may be lost: if an update whose answer was lost is sent again,
    /// its filter no longer matches, and another worker leases the document after the lost lease has ended.
    /// </summary>
    public static async ValueTask<BsonDocument?> FindAndUpdateAsync(
        this IMongoCollection<BsonDocument> collection,
        BsonDocument filter,
        BsonDocument update,
        ReturnDocument answer,
        CancellationToken cancellationToken
    )
    {
        var options = new FindOneAndUpdateOptions<BsonDocument> { ReturnDocument = answer };
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await collection.FindOneAndUpdateAsync(filter, update, options, cancellationToken).ConfigureAwait(false);
            }
            catch (MongoWriteConcernException exception)
            {
                return exception.Result?.ValueOrNull("value") as BsonDocument;
            }
            catch (Exception exception) when (MayRepeat(exception, null, tries))
            {
                await PauseAsync(tries, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Writes upserts. If two processes insert the same document at the same time, one of them fails and finds the document on
    /// its next try.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="session">The application's session, if it has a transaction.</param>
    /// <param name="upserts">The upserts.</param>
    /// <param name="mayRepeat">
    /// Whether an upsert may be applied twice. One that adds to a sum may not: if it is not on a majority yet, it counts as
    /// done.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async ValueTask UpsertAsync(
        this IMongoCollection<BsonDocument> collection,
        IClientSessionHandle? session,
        IEnumerable<WriteModel<BsonDocument>> upserts,
        bool mayRepeat,
        CancellationToken cancellationToken
    )
    {
        WriteModel<BsonDocument>[] left = [.. upserts];
        var waited = false;
        for (var tries = 1; left.Length > 0; tries++)
        {
            try
            {
                await (
                    session is null
                        ? collection.BulkWriteAsync(left, WriteUnordered, cancellationToken)
                        : collection.BulkWriteAsync(session, left, WriteUnordered, cancellationToken)
                ).ConfigureAwait(false);
                return;
            }
            catch (MongoBulkWriteException exception) when (MayGoOn(exception, session, tries, waited, areDuplicatesKnown: true))
            {
                waited |= exception.WriteConcernError is not null;
                if (exception.WriteConcernError is null || !mayRepeat)
                    left = [.. exception.WriteErrors.Select(error => left[error.Index])];
            }
            catch (Exception exception) when (mayRepeat && MayRepeat(exception, session, tries))
            {
                // Write all of them again.
            }

            await PauseAsync(tries, cancellationToken).ConfigureAwait(false);
        }
    }

    // A conflict or a moved chunk resolves in a moment. An election takes longer, but the driver waits for its end itself.
    public static Task PauseAsync(int tries, CancellationToken cancellationToken) =>
        Task.Delay(FirstPause * Math.Pow(5, tries - 1), TimeProvider.System, cancellationToken);

    // If a transaction fails, the application must repeat all of it.
    public static bool MayRepeat(Exception exception, IClientSessionHandle? session, int tries) =>
        session is null && tries < MostTries && ServerFaults.IsPassing(exception) && exception is not MongoBulkWriteException;

    private static bool MayGoOn(
        MongoBulkWriteException exception,
        IClientSessionHandle? session,
        int tries,
        bool waited,
        bool areDuplicatesKnown = false
    )
    {
        var isUnderstood = exception.WriteErrors.All(error =>
            ServerFaults.IsPassing(error.Code) || (areDuplicatesKnown && error.Category == ServerErrorCategory.DuplicateKey)
        );
        // Waits at most twice for a majority that does not answer. Each wait takes half a minute.
        var most = exception.WriteConcernError is not null && waited ? 0 : MostTries;
        var isDuplicatesOnly =
            exception.WriteConcernError is null
            && exception.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey);
        return session is null && isUnderstood && (isDuplicatesOnly || tries < most);
    }
}
