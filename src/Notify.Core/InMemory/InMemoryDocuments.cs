using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>Keeps documents in memory, for tests.</summary>
internal sealed class InMemoryDocuments : IDocumentStore
{
    private static readonly Comparer<(string Id, string Tenant)> ByIdThenTenant = Comparer<(string Id, string Tenant)>.Create(
        static (left, right) =>
            DocumentKey.Order.Compare(left.Id, right.Id) is not 0 and var order
                ? order
                : DocumentKey.Order.Compare(left.Tenant, right.Tenant)
    );

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedList<(string Id, string Tenant), byte[]>> _collections = [];

    public ValueTask<StoredDocument?> FindAsync(DocumentKey key, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(Find(key) is { } content ? new StoredDocument { Key = key, Content = content } : null);
    }

    public ValueTask<bool> UpdateAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            var stored = Find(key);
            if (change(stored is null ? (ReadOnlyMemory<byte>?)null : stored) is not { Length: > 0 } content)
                return new(false);

            if (!_collections.TryGetValue(key.Collection, out var documents))
                _collections.Add(key.Collection, documents = new(ByIdThenTenant));
            documents[(key.Id, key.Tenant)] = content.ToArray();
            return new(true);
        }
    }

    public ValueTask<bool> RemoveAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>, bool> condition,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return new(
                Find(key) is { } content && condition(content) && _collections[key.Collection].Remove((key.Id, key.Tenant))
            );
        }
    }

    public ValueTask<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_collections.TryGetValue(query.Collection, out var documents))
                return new([]);

            var matches = documents.Where(document => Matches(query, document.Key));
            return new(
                (query.IsDescending ? matches.Reverse() : matches)
                    .Take(query.Limit)
                    .Select(document => new StoredDocument
                    {
                        Key = new DocumentKey(query.Collection, document.Key.Tenant, document.Key.Id),
                        Content = document.Value,
                    })
                    .ToArray()
            );
        }
    }

    public ValueTask<int> RemoveBeforeAsync(string collection, string before, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_collections.TryGetValue(collection, out var documents))
                return new(0);

            var old = documents.Keys.TakeWhile(key => DocumentKey.Order.Compare(key.Id, before) < 0).Take(limit).ToArray();
            foreach (var key in old)
                documents.Remove(key);
            return new(old.Length);
        }
    }

    private static bool Matches(DocumentQuery query, (string Id, string Tenant) key) =>
        (query.Tenant is null || query.Tenant == key.Tenant)
        && (query.From is null || DocumentKey.Order.Compare(key.Id, query.From) >= 0)
        && (query.After is null || DocumentKey.Order.Compare(key.Id, query.After) > 0)
        && (query.Before is null || DocumentKey.Order.Compare(key.Id, query.Before) < 0);

    private byte[]? Find(DocumentKey key) =>
        _collections.GetValueOrDefault(key.Collection)?.GetValueOrDefault((key.Id, key.Tenant));
}
