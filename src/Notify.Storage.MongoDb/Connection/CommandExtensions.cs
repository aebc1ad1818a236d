using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>Batches of writes, with the application's session where it has a transaction.</summary>
internal static class CommandExtensions
{
    private static readonly InsertManyOptions InsertUnordered = new() { IsOrdered = false };
    private static readonly BulkWriteOptions WriteUnordered = new() { IsOrdered = false };

    /// <summary>How often a write is sent. The driver itself sends each of these twice.</summary>
    private const int MostTries = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Inserts documents, except those whose id is there already, and answers which those are, by their place in the list. What
    /// an earlier try inserted, whose answer was lost, is among them.
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
                // What was written but is not durable yet is written again: a write that finds nothing to do waits for the
                // majority too. https://www.mongodb.com/docs/manual/reference/write-concern/
                int[] notDurable = exception.WriteConcernError is null ? [] : [.. left.Where(i => !refused.Contains(i))];
                left = [.. notDurable, .. errors[false].Select(error => left[error.Index])];
            }
            catch (Exception exception) when (MayRepeat(exception, session, tries))
            {
                // All of them again: what is there already stays as it is.
            }

            if (left.Length > 0)
                await PauseAsync(tries, cancellationToken).ConfigureAwait(false);
        }

        return known;
    }

    /// <summary>
    /// Writes a batch. What a shard refuses for a moment, and what no majority has yet, is written again. A caller who needs to
    /// know which writes found their documents names its batch in them.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="session">The application's session, if it has a transaction.</param>
    /// <param name="writes">The writes.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <param name="mayRepeat">
    /// Whether a write may be carried out twice. If not, what was written counts as done although no majority has it yet.
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

    /// <summary>Writes one document, as <see cref="WriteAsync"/> does, and answers whether it was there.</summary>
    public static async ValueTask<bool> WriteOneAsync(
        this IMongoCollection<BsonDocument> collection,
        WriteModel<BsonDocument> write,
        CancellationToken cancellationToken
    ) => (await collection.WriteAsync(null, [write], cancellationToken).ConfigureAwait(false)).Touched > 0;

    /// <summary>
    /// Changes one document and answers it as it was or is then. Where the change is not durable yet, it is answered all the
    /// same: this is for leases, which may be lost.
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
        try
        {
            return await collection.FindOneAndUpdateAsync(filter, update, options, cancellationToken).ConfigureAwait(false);
        }
        catch (MongoWriteConcernException exception)
        {
            return exception.Result?.ValueOrNull("value")?.AsBsonDocument;
        }
    }

    /// <summary>
    /// Writes upserts. Of two that make the same document at the same time one fails, and finds it there the next time.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="session">The application's session, if it has a transaction.</param>
    /// <param name="upserts">The upserts.</param>
    /// <param name="mayRepeat">
    /// Whether an upsert may be carried out twice. One that adds to a sum may not: then what was written counts as done although
    /// no majority has it yet.
    /// </param>
    /// <param name="cancellationToken">Cancels it.</param>
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
                // All of them again.
            }

            await PauseAsync(tries, cancellationToken).ConfigureAwait(false);
        }
    }

    // A conflict or a moved chunk is over in a moment. An election takes longer, and the driver waits for its end by itself.
    public static Task PauseAsync(int tries, CancellationToken cancellationToken) =>
        Task.Delay(FirstPause * Math.Pow(5, tries - 1), TimeProvider.System, cancellationToken);

    // What a transaction fails at is for the application to try again, from its beginning.
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
        // A majority that does not answer is waited for twice, and each wait takes half a minute.
        var most = exception.WriteConcernError is not null && waited ? 0 : MostTries;
        var isDuplicatesOnly =
            exception.WriteConcernError is null
            && exception.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey);
        return session is null && isUnderstood && (isDuplicatesOnly || tries < most);
    }
}
