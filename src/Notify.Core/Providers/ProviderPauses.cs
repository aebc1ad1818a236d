using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Notify.Storage;

namespace Notify.Core.Providers;

/// <summary>
/// Keeps which providers are paused, as documents whose IDs are the names of the providers. Workers read them every few seconds;
/// to ask whether a provider is paused reads only memory.
/// </summary>
internal sealed class ProviderPauses(IDocumentStore documents)
{
    private const string Collection = "paused-providers";

    private const int MaxPauses = 1_000;

    private volatile FrozenDictionary<string, DateTimeOffset>? _known;

    /// <summary>Gets whether this process has read the pauses.</summary>
    public bool AreKnown => _known is not null;

    /// <summary>Determines whether a provider was paused when the pauses were last read.</summary>
    public bool IsPaused(string provider) => _known is { Count: > 0 } known && known.ContainsKey(provider);

    /// <summary>Reads the pauses, for the calls of <see cref="IsPaused"/> that follow.</summary>
    /// <returns>The names of the paused providers, with the times at which they were paused.</returns>
    public async ValueTask<IReadOnlyDictionary<string, DateTimeOffset>> ReadAsync(CancellationToken cancellationToken)
    {
        var query = new DocumentQuery
        {
            Collection = Collection,
            Tenant = Trigger.DefaultTenant,
            Limit = MaxPauses,
        };
        var found = await documents.ListAsync(query, cancellationToken).ConfigureAwait(false);
        var known = found.ToFrozenDictionary(
            document => document.Key.Id,
            document => DateTimeOffset.Parse(Encoding.UTF8.GetString(document.Content.Span), CultureInfo.InvariantCulture),
            StringComparer.Ordinal
        );
        _known = known;
        return known;
    }

    /// <summary>Marks a provider as paused. A mark that exists keeps its time.</summary>
    public async ValueTask AddAsync(string provider, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> content = Encoding.UTF8.GetBytes(at.ToString("O", CultureInfo.InvariantCulture));
        await documents
            .UpdateAsync(GetKey(provider), stored => stored is null ? content : (ReadOnlyMemory<byte>?)null, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Removes the mark of a provider.</summary>
    public async ValueTask RemoveAsync(string provider, CancellationToken cancellationToken) =>
        await documents.RemoveAsync(GetKey(provider), _ => true, cancellationToken).ConfigureAwait(false);

    private static DocumentKey GetKey(string provider) => new(Collection, Trigger.DefaultTenant, provider);
}
