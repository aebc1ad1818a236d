using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// Keeps small documents. A change replaces the version that it has read, and reads again if another change came first. The
/// server compares texts by their UTF-8 bytes.
/// </summary>
internal sealed class DocumentStore(StoreDatabase database) : IDocumentStore
{
    public const string Collection = "collection";
    public const string Tenant = "tenant";
    public const string DocumentId = "id";

    private const string Id = "_id";

    /// <summary>The content. A document without it is being removed, and does not exist for callers.</summary>
    private const string Content = "content";

    /// <summary>A value that every write replaces.</summary>
    private const string Version = "version";

    /// <summary>
    /// The versions before the current one, newest first. If the answer to a write was lost, the writer finds its version here,
    /// even if others have written since.
    /// </summary>
    private const string Past = "past";

    private const int MostPast = 16;

    private static readonly BsonDocument Exists = new("$exists", true);

    public async ValueTask<StoredDocument?> FindAsync(DocumentKey key, CancellationToken cancellationToken)
    {
        var found = await database
            .Documents.FindAsync(CreateFilter(key).Add(Content, Exists), cancellationToken)
            .ConfigureAwait(false);
        return found is [var document] ? Read(document) : null;
    }

    public async ValueTask<bool> UpdateAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
        CancellationToken cancellationToken
    )
    {
        var written = new HashSet<BsonValue>();
        while (true)
        {
            var found = await FindNowAsync(key, cancellationToken).ConfigureAwait(false);
            if (IsWritten(found, written))
                return true;
            var known = found?.ValueOrNull(Content)?.AsByteArray;
            if (change(known is null ? (ReadOnlyMemory<byte>?)null : known) is not { Length: > 0 } content)
                return false;

            if (await WriteAsync(key, found, content.ToArray(), written, cancellationToken).ConfigureAwait(false))
                return true;
        }
    }

    /// <summary>
    /// Takes the content away first, which decides the condition, and then deletes the document. If a crash cuts this off, an
    /// empty document remains, which is treated as missing.
    /// </summary>
    public async ValueTask<bool> RemoveAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>, bool> condition,
        CancellationToken cancellationToken
    )
    {
        var written = new HashSet<BsonValue>();
        do
        {
            var found = await FindNowAsync(key, cancellationToken).ConfigureAwait(false);
            if (IsWritten(found, written))
                break;
            if (found?.ValueOrNull(Content) is not { } content || !condition(content.AsByteArray))
                return false;
            if (await WriteAsync(key, found, null, written, cancellationToken).ConfigureAwait(false))
                break;
        } while (true);

        // A document that was written again in the meantime stays.
        var empty = CreateFilter(key).Add(Content, new BsonDocument("$exists", false));
        await database.Documents.WriteOneAsync(new DeleteOneModel<BsonDocument>(empty), cancellationToken).ConfigureAwait(false);
        return true;
    }

    public async ValueTask<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        var bounds = new BsonDocument().With("$gte", query.From).With("$gt", query.After).With("$lt", query.Before);
        var filter = new BsonDocument(Collection, query.Collection)
            .With(Tenant, query.Tenant)
            .With(DocumentId, bounds.ElementCount == 0 ? null : bounds)
            .Add(Content, Exists);
        var direction = query.IsDescending ? -1 : 1;
        var found = await database
            .Documents.FindAsync(
                null,
                filter,
                sort: query.Tenant is null
                    ? new BsonDocument { { DocumentId, direction }, { Tenant, direction } }
                    : new BsonDocument(DocumentId, direction),
                limit: query.Limit,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return [.. found.Select(Read)];
    }

    public async ValueTask<int> RemoveBeforeAsync(
        string collection,
        string before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var old = await database
            .Documents.FindAsync(
                null,
                new BsonDocument { { Collection, collection }, { DocumentId, new BsonDocument("$lt", before) } },
                new BsonDocument(Id, 1),
                new BsonDocument { { DocumentId, 1 }, { Tenant, 1 } },
                limit,
                cancellationToken
            )
            .ConfigureAwait(false);
        var deletes = old.Select(document => new DeleteOneModel<BsonDocument>(new BsonDocument(Id, document[Id])));
        var answer = await database.Documents.WriteAsync(null, deletes, cancellationToken).ConfigureAwait(false);
        // After a lost answer, the count would miss documents, and the caller would take the end for reached.
        return answer.IsRepeated ? old.Count : (int)answer.Touched;
    }

    private async ValueTask<BsonDocument?> FindNowAsync(DocumentKey key, CancellationToken cancellationToken)
    {
        var found = await database.DocumentsNow.FindAsync(CreateFilter(key), cancellationToken).ConfigureAwait(false);
        return found is [var document] ? document : null;
    }

    private async ValueTask<bool> WriteAsync(
        DocumentKey key,
        BsonDocument? known,
        byte[]? content,
        HashSet<BsonValue> written,
        CancellationToken cancellationToken
    )
    {
        var document = CreateFilter(key)
            .Add(Collection, key.Collection)
            .Add(Tenant, key.Tenant)
            .Add(DocumentId, key.Id)
            .Add(Version, DeliveryUpdate.NewBatch())
            .With(Content, content);
        written.Add(document[Version]);
        if (known is null)
        {
            return (await database.Documents.InsertNewAsync(null, [document], cancellationToken).ConfigureAwait(false)).Count
                == 0;
        }

        document.Add(Past, new BsonArray(GetVersions(known).Take(MostPast)));
        var filter = CreateFilter(key).Add(Version, known[Version]);
        return await database
            .Documents.WriteOneAsync(new ReplaceOneModel<BsonDocument>(filter, document), cancellationToken)
            .ConfigureAwait(false);
    }

    private static bool IsWritten(BsonDocument? found, HashSet<BsonValue> written) =>
        found is not null && written.Count > 0 && GetVersions(found).Any(written.Contains);

    private static IEnumerable<BsonValue> GetVersions(BsonDocument document) =>
        document.TryGetValue(Past, out var past) ? past.AsBsonArray.Prepend(document[Version]) : [document[Version]];

    private static BsonDocument CreateFilter(DocumentKey key) => new(Id, BsonForm.Key(key.Collection, key.Tenant, key.Id));

    private static StoredDocument Read(BsonDocument document) =>
        new()
        {
            Key = new DocumentKey(document[Collection].AsString, document[Tenant].AsString, document[DocumentId].AsString),
            Content = document[Content].AsByteArray,
        };
}
