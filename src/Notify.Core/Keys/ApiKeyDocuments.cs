using Notify.Storage;

namespace Notify.Core.Keys;

/// <summary>The documents of API keys.</summary>
internal sealed class ApiKeyDocuments(IDocumentStore documents)
{
    private const string Collection = "api-keys";

    public IDocumentStore Store => documents;

    public static DocumentKey GetKey(string tenant, Guid id) => new(Collection, tenant, $"{id}");

    /// <summary>Finds a key of any tenant.</summary>
    public async ValueTask<StoredDocument?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        var query = new DocumentQuery
        {
            Collection = Collection,
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
                Collection = Collection,
                Tenant = tenant,
                After = after,
                Limit = limit,
            },
            cancellationToken
        );
}
