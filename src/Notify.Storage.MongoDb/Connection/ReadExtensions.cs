using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>Reads documents, in the transaction of the application's session if there is one.</summary>
internal static class ReadExtensions
{
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
        return await ReadAsync(
                session,
                () =>
                    session is null
                        ? collection.FindAsync(filter, options, cancellationToken)
                        : collection.FindAsync(session, filter, options, cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Finds the distinct values of a field in the documents that match a filter.</summary>
    public static ValueTask<List<T>> FindValuesAsync<T>(
        this IMongoCollection<BsonDocument> collection,
        string field,
        BsonDocument filter,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            null,
            () => collection.DistinctAsync<T>(field, filter, cancellationToken: cancellationToken),
            cancellationToken
        );

    /// <summary>Runs an aggregation pipeline.</summary>
    public static ValueTask<List<BsonDocument>> AggregateAsync(
        this IMongoCollection<BsonDocument> collection,
        BsonDocument[] stages,
        BsonDocument? hint,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            null,
            () =>
                collection.AggregateAsync(
                    (PipelineDefinition<BsonDocument, BsonDocument>)stages,
                    new AggregateOptions { Hint = hint },
                    cancellationToken
                ),
            cancellationToken
        );

    /// <summary>Counts the documents that match a filter, up to <paramref name="most"/>.</summary>
    public static async ValueTask<long> CountMatchingAsync(
        this IMongoCollection<BsonDocument> collection,
        BsonDocument filter,
        int? most,
        CancellationToken cancellationToken
    )
    {
        BsonDocument[] stages =
        [
            new("$match", filter),
            .. most is { } limit ? new BsonDocument[] { new("$limit", limit) } : [],
            new("$group", new BsonDocument { { "_id", 1 }, { "n", new BsonDocument("$sum", 1L) } }),
        ];
        var counted = await collection.AggregateAsync(stages, null, cancellationToken).ConfigureAwait(false);
        return counted is [var one] ? one["n"].ToInt64() : 0;
    }

    // The driver repeats a read once. During an election, or while a connection pool is paused, that can be too early.
    private static async ValueTask<List<T>> ReadAsync<T>(
        IClientSessionHandle? session,
        Func<Task<IAsyncCursor<T>>> read,
        CancellationToken cancellationToken
    )
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var cursor = await read().ConfigureAwait(false);
                return await cursor.ToListAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (CommandExtensions.MayRepeat(exception, session, tries))
            {
                await CommandExtensions.PauseAsync(tries, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public static ValueTask<List<BsonDocument>> FindAsync(
        this IMongoCollection<BsonDocument> collection,
        BsonDocument filter,
        CancellationToken cancellationToken
    ) => collection.FindAsync(null, filter, cancellationToken: cancellationToken);
}
