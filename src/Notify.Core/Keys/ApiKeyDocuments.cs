using Notify.Storage;

namespace Notify.Core.Keys;

/// <summary>The documents of API keys, or of clients.</summary>
internal sealed class ApiKeyDocuments
{
    private readonly string _collection;
    private readonly Func<ApiKeyKind, Guid, string> _createSecret;

    public ApiKeyDocuments(IDocumentStore store)
        : this(store, "api-keys", ApiKeySecret.Create) { }

    private ApiKeyDocuments(IDocumentStore store, string collection, Func<ApiKeyKind, Guid, string> createSecret) =>
        (Store, _collection, _createSecret) = (store, collection, createSecret);

    public IDocumentStore Store { get; }

    public static ApiKeyDocuments CreateForClients(IDocumentStore store) =>
        new(store, "clients", (_, id) => ApiKeySecret.CreateForClient(id));

    public DocumentKey GetKey(string tenant, Guid id) => new(_collection, tenant, $"{id}");

    /// <summary>Creates a secret.</summary>
    public string CreateSecret(ApiKeyKind kind, Guid id) => _createSecret(kind, id);

    /// <summary>Finds a key of any tenant.</summary>
    public async ValueTask<StoredDocument?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        var query = new DocumentQuery
        {
            Collection = _collection,
            From = $"{id}",
            Limit = 1,
        };
        var found = await Store.ListAsync(query, cancellationToken).ConfigureAwait(false);
        return found is [var document] && document.Key.Id == query.From ? document : null;
    }

    public ValueTask<IReadOnlyList<StoredDocument>> ListAsync(
        string? tenant,
        string? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        Store.ListAsync(
            new DocumentQuery
            {
                Collection = _collection,
                Tenant = tenant,
                After = after,
                Limit = limit,
            },
            cancellationToken
        );
}
