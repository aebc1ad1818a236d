using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;

namespace Notify.Storage.MongoDb.Schema;

/// <summary>
/// Drops the indexes that only earlier versions of Notify used. During a rolling update, processes of the earlier version still
/// need them: without them, their searches would read whole collections. A start that finds such an index therefore notes the
/// time, and a start at least a day later drops it. Indexes with other names are never dropped; an operator may have created
/// them.
/// </summary>
internal sealed class ObsoleteIndexes(StoreDatabase database, Indexes indexes, TimeProvider time, ILogger<ObsoleteIndexes> logger)
{
    private const string FoundAt = "foundAt";

    /// <summary>Longer than a rolling update takes.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>
    /// The names of the indexes of earlier versions, by collection. Append to the list when a definition changes or is removed.
    /// </summary>
    private static readonly Dictionary<string, string[]> Names = new(StringComparer.Ordinal)
    {
        ["deliveries"] = ["due", "notification", "collapse", "chain", "deadLetter", "deadLetter_efe684a7"],
        ["notifications"] = ["age", "accepted", "tenant", "forget"],
        ["idempotency"] = ["forget"],
        ["expansions"] = ["due", "tenant", "notification", "due_db02bd07"],
        ["digests"] = ["due", "tenant", "user", "due_8c509b6f"],
        ["digestEvents"] = ["digest", "notification", "waiting", "summary", "forget"],
        ["throttles"] = ["forget"],
        ["devices"] = ["user", "device", "token"],
        ["users"] = ["tenant"],
        ["topics"] = ["tenant"],
        ["subscriptions"] = ["topic", "user"],
        ["templates"] = ["name"],
        ["deliveryCounts"] = ["minute"],
    };

    /// <summary>
    /// Drops the obsolete indexes whose time has come. A failure is logged: an index that stays costs space, and nothing else.
    /// </summary>
    public async ValueTask DropAsync(CancellationToken cancellationToken)
    {
        foreach (var (collection, wanted) in indexes.Definitions)
        {
            var name = collection.CollectionNamespace.CollectionName;
            if (!Names.TryGetValue(name, out var obsolete))
                continue;

            try
            {
                foreach (var index in await FindAsync(collection, obsolete, wanted, cancellationToken).ConfigureAwait(false))
                    await DropAsync(collection, index, cancellationToken).ConfigureAwait(false);
            }
            catch (MongoException exception)
            {
                Log.ObsoleteIndexesKept(logger, name, exception);
            }
        }
    }

    // The server refuses to create an index that it has under another name. The obsolete one serves the queries then, and stays.
    private static async ValueTask<string[]> FindAsync(
        IMongoCollection<BsonDocument> collection,
        string[] obsolete,
        CreateIndexModel<BsonDocument>[] wanted,
        CancellationToken cancellationToken
    )
    {
        using var cursor = await collection.Indexes.ListAsync(cancellationToken).ConfigureAwait(false);
        var known = await cursor.ToListAsync(cancellationToken).ConfigureAwait(false);
        var args = new RenderArgs<BsonDocument>(collection.DocumentSerializer, collection.Settings.SerializerRegistry);
        return
        [
            .. known
                .Where(index => obsolete.Contains(index["name"].AsString))
                .Where(index =>
                    !wanted.Any(one =>
                        one.Keys.Render(args) == index["key"].AsBsonDocument
                        && GetFilter(one, args) == index.GetValue("partialFilterExpression", BsonNull.Value)
                    )
                )
                .Select(index => index["name"].AsString),
        ];
    }

    private static BsonValue GetFilter(CreateIndexModel<BsonDocument> index, RenderArgs<BsonDocument> args) =>
        ((CreateIndexOptions<BsonDocument>)index.Options).PartialFilterExpression?.Render(args) ?? (BsonValue)BsonNull.Value;

    private async ValueTask DropAsync(
        IMongoCollection<BsonDocument> collection,
        string index,
        CancellationToken cancellationToken
    )
    {
        var id = new BsonDocument("_id", $"index {collection.CollectionNamespace.CollectionName} {index}");
        var now = time.GetUtcNow();
        var found = new BsonDocument(id).Add(FoundAt, now.ToBsonValue());
        await database.Housekeeping.InsertNewAsync(null, [found], cancellationToken).ConfigureAwait(false);
        var known = await database.Housekeeping.FindAsync(id, cancellationToken).ConfigureAwait(false);
        if (known is not [var first] || first[FoundAt].AsTime() > now - Kept)
            return;

        await collection.Indexes.DropOneAsync(index, cancellationToken).ConfigureAwait(false);
        // If a rollback to the earlier version creates the index again, it is kept for another day.
        await database.Housekeeping.WriteOneAsync(new DeleteOneModel<BsonDocument>(id), cancellationToken).ConfigureAwait(false);
    }
}
