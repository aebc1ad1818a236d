using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>A document of an <see cref="IDocumentStore"/>.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record StoredDocument
{
    /// <summary>Gets the key.</summary>
    public required DocumentKey Key { get; init; }

    /// <summary>Gets the content, 1 byte to 1 MiB. A store does not interpret it.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Returns the key; never the content.</summary>
    public override string ToString() => Key.ToString();
}

/// <summary>
/// The key of a document. Texts are compared character by character, so case and accents matter, and may have any characters,
/// including control characters. Only half of a surrogate pair, which UTF-8 cannot represent, is refused.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record DocumentKey
{
    /// <summary>Creates a key.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The ID.</param>
    [SetsRequiredMembers]
    public DocumentKey(string collection, string tenant, string id) => (Collection, Tenant, Id) = (collection, tenant, id);

    /// <summary>
    /// Gets the order in which documents are listed: by the Unicode code points of their IDs, which is also the order of the
    /// UTF-8 bytes. It differs from <see cref="StringComparer.Ordinal"/> only where characters beyond U+FFFF meet those from
    /// U+E000.
    /// </summary>
    public static IComparer<string> Order => CodePointOrder.Instance;

    /// <summary>Gets the name of the collection, such as <c>api-keys</c>. 1 to 64 characters.</summary>
    public required string Collection
    {
        get;
        init => field = CodePointOrder.CheckText(value);
    }

    /// <summary>Gets the tenant; empty for a document that belongs to the whole installation.</summary>
    public required string Tenant
    {
        get;
        init => field = CodePointOrder.CheckText(value);
    }

    /// <summary>Gets the ID, which is unique within the collection and tenant. 1 to 512 characters.</summary>
    public required string Id
    {
        get;
        init => field = CodePointOrder.CheckText(value);
    }

    /// <summary>Returns the collection, tenant and ID.</summary>
    public override string ToString() => $"{Collection}/{Tenant}/{Id}";
}

/// <summary>A query for documents of a collection.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record DocumentQuery
{
    /// <summary>Gets the collection.</summary>
    public required string Collection { get; init; }

    /// <summary>
    /// Gets the tenant; null for all tenants. Documents of different tenants with the same ID are then in the order of their
    /// tenants, and a page may end between them, so only collections whose IDs are unique can be paged over all tenants.
    /// </summary>
    public string? Tenant { get; init; }

    /// <summary>Gets the lowest ID, inclusive; null for no bound.</summary>
    public string? From { get; init; }

    /// <summary>Gets the ID after which the page begins, exclusive; null for no bound.</summary>
    public string? After { get; init; }

    /// <summary>Gets the ID before which the page ends, exclusive; null for no bound.</summary>
    public string? Before { get; init; }

    /// <summary>Gets whether the highest IDs come first. Default: false.</summary>
    public bool IsDescending { get; init; }

    /// <summary>Gets the maximum number of documents, 1 to 1,000. Default: 100.</summary>
    public int Limit { get; init; } = 100;
}
