using System.Globalization;
using System.Text;
using Notify.Storage;

namespace Notify.Core.Broadcasts;

/// <summary>
/// Keeps which broadcasts are paused, as documents whose ids are those of the notifications. An expansion that is due reads its
/// own before each batch.
/// </summary>
internal sealed class BroadcastPauses(IDocumentStore documents)
{
    private const string Collection = "paused-broadcasts";

    /// <summary>Finds the time at which a broadcast was paused; null if it is not paused.</summary>
    public async ValueTask<DateTimeOffset?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
        await documents.FindAsync(GetKey(tenant, id), cancellationToken).ConfigureAwait(false) is { } found
            ? DateTimeOffset.Parse(Encoding.UTF8.GetString(found.Content.Span), CultureInfo.InvariantCulture)
            : null;

    /// <summary>Marks a broadcast as paused. A mark that exists keeps its time.</summary>
    public async ValueTask AddAsync(string tenant, Guid id, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> content = Encoding.UTF8.GetBytes(at.ToString("O", CultureInfo.InvariantCulture));
        await documents
            .UpdateAsync(GetKey(tenant, id), stored => stored is null ? content : (ReadOnlyMemory<byte>?)null, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Removes the mark of a broadcast.</summary>
    public async ValueTask RemoveAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
        await documents.RemoveAsync(GetKey(tenant, id), _ => true, cancellationToken).ConfigureAwait(false);

    /// <summary>Removes the marks of notifications that were accepted before a time. Returns how many.</summary>
    public ValueTask<int> PurgeAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        documents.RemoveBeforeAsync(Collection, IdRange.GetLowestId(before).ToString(), most, cancellationToken);

    private static DocumentKey GetKey(string tenant, Guid id) => new(Collection, tenant, $"{id}");
}
