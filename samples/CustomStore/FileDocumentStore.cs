using Notify.Storage.Files.Model;

namespace Notify.Storage.Files;

/// <summary>Keeps small documents, each with the data of its tenant.</summary>
internal sealed class FileDocumentStore(TenantFiles files) : IDocumentStore
{
    public ValueTask<StoredDocument?> FindAsync(DocumentKey key, CancellationToken cancellationToken) =>
        new(
            files.Read(key.Tenant, data =>
                Find(data, key) is { } content ? new StoredDocument { Key = key, Content = content } : null
            )
        );

    public ValueTask<bool> UpdateAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
        CancellationToken cancellationToken
    ) => new(files.Change(key.Tenant, data =>
            {
                var stored = Find(data, key);
                if (change(stored is null ? (ReadOnlyMemory<byte>?)null : stored) is not { Length: > 0 } content)
                    return false;

                if (!data.Documents.TryGetValue(key.Collection, out var documents))
                    data.Documents.Add(key.Collection, documents = []);
                documents[key.Id] = content.ToArray();
                return true;
            }));

    public ValueTask<bool> RemoveAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>, bool> condition,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Change(key.Tenant, data =>
                Find(data, key) is { } content && condition(content) && data.Documents[key.Collection].Remove(key.Id)
            )
        );

    public ValueTask<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellationToken) =>
        new(
            files.ReadAll<IReadOnlyList<StoredDocument>>(tenants =>
            {
                var documents = tenants
                    .Where(data => query.Tenant is null || query.Tenant == data.Tenant)
                    .SelectMany(data => GetDocuments(data, query.Collection))
                    .Where(document => IsWithin(query, document.Key.Id));
                return
                [
                    .. (
                        query.IsDescending
                            ? documents
                                .OrderByDescending(document => document.Key.Id, DocumentKey.Order)
                                .ThenByDescending(document => document.Key.Tenant, DocumentKey.Order)
                            : documents
                                .OrderBy(document => document.Key.Id, DocumentKey.Order)
                                .ThenBy(document => document.Key.Tenant, DocumentKey.Order)
                    ).Take(query.Limit),
                ];
            })
        );

    public ValueTask<int> RemoveBeforeAsync(string collection, string before, int limit, CancellationToken cancellationToken) =>
        new(
            files.ChangeAll(tenants =>
                tenants
                    .Where(data => data.Documents.ContainsKey(collection))
                    .SelectMany(data => data.Documents[collection].Keys.Select(id => (Data: data, Id: id)))
                    .Where(document => DocumentKey.Order.Compare(document.Id, before) < 0)
                    .OrderBy(document => document.Id, DocumentKey.Order)
                    .Take(limit)
                    .ToArray()
                    .Count(document => document.Data.Documents[collection].Remove(document.Id))
            )
        );

    private static byte[]? Find(TenantData data, DocumentKey key) =>
        data.Documents.GetValueOrDefault(key.Collection)?.GetValueOrDefault(key.Id);

    private static IEnumerable<StoredDocument> GetDocuments(TenantData data, string collection) =>
        (data.Documents.GetValueOrDefault(collection) ?? []).Select(document => new StoredDocument
        {
            Key = new DocumentKey(collection, data.Tenant, document.Key),
            Content = document.Value,
        });

    private static bool IsWithin(DocumentQuery query, string id) =>
        (query.From is null || DocumentKey.Order.Compare(id, query.From) >= 0)
        && (query.After is null || DocumentKey.Order.Compare(id, query.After) > 0)
        && (query.Before is null || DocumentKey.Order.Compare(id, query.Before) < 0);
}
