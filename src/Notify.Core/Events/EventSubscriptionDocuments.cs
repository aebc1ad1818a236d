using Notify.Storage;

namespace Notify.Core.Events;

/// <summary>
/// Keeps event subscriptions as documents. Another document changes with each of them, so a process that knows the subscriptions
/// reads only that one to see that they are still the same.
/// </summary>
internal sealed class EventSubscriptionDocuments(IDocumentStore documents, IdGenerator ids, TimeProvider time)
{
    private const string Collection = "event-subscriptions";
    private const int MaxPage = 1_000;

    private static readonly DocumentKey Change = new("event-subscription-changes", "", "last");

    public static DocumentKey GetKey(string tenant, Guid id) => new(Collection, tenant, $"{id}");

    public ValueTask<StoredDocument?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
        documents.FindAsync(GetKey(tenant, id), cancellationToken);

    public ValueTask<IReadOnlyList<StoredDocument>> ListAsync(
        string? tenant,
        string? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        documents.ListAsync(
            new DocumentQuery
            {
                Collection = Collection,
                Tenant = tenant,
                After = after,
                Limit = limit,
            },
            cancellationToken
        );

    /// <summary>Lists the subscriptions of all tenants. Their ids are unique, so they can be paged.</summary>
    public async ValueTask<List<EventSubscription>> ListAllAsync(CancellationToken cancellationToken)
    {
        var all = new List<EventSubscription>();
        string? after = null;
        while (true)
        {
            var page = await ListAsync(null, after, MaxPage, cancellationToken).ConfigureAwait(false);
            all.AddRange(page.Select(document => StoredEventSubscription.Read(document).Value));
            if (page.Count < MaxPage)
                return all;
            after = page[^1].Key.Id;
        }
    }

    /// <summary>Finds the mark of the last change; null if there was none.</summary>
    public async ValueTask<Guid?> FindChangeAsync(CancellationToken cancellationToken) =>
        await documents.FindAsync(Change, cancellationToken).ConfigureAwait(false) is { } found
            ? new Guid(found.Content.Span)
            : null;

    public async ValueTask<bool> UpdateAsync(
        string tenant,
        Guid id,
        Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
        CancellationToken cancellationToken
    )
    {
        var isChanged = await documents.UpdateAsync(GetKey(tenant, id), change, cancellationToken).ConfigureAwait(false);
        if (isChanged)
            await MarkChangeAsync().ConfigureAwait(false);
        return isChanged;
    }

    public async ValueTask<bool> RemoveAsync(
        string tenant,
        Guid id,
        Func<ReadOnlyMemory<byte>, bool> condition,
        CancellationToken cancellationToken
    )
    {
        var isRemoved = await documents.RemoveAsync(GetKey(tenant, id), condition, cancellationToken).ConfigureAwait(false);
        if (isRemoved)
            await MarkChangeAsync().ConfigureAwait(false);
        return isRemoved;
    }

    // After the change: a process that sees the mark must find the change. The caller's token must not come between the two.
    private async ValueTask MarkChangeAsync()
    {
        ReadOnlyMemory<byte> mark = ids.Create(time.GetUtcNow()).ToByteArray();
        await documents.UpdateAsync(Change, _ => mark, CancellationToken.None).ConfigureAwait(false);
    }
}
