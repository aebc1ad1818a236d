using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A store of small documents that people or jobs manage, such as API keys, workflows and event endpoints. Features that need no
/// query other than these share it, so a store author implements one contract for all of them. IDs are ordered as
/// <see cref="DocumentKey.Order"/> does, in lists and bounds.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IDocumentStore
{
    /// <summary>Finds a document.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The document; null if it does not exist.</returns>
    ValueTask<StoredDocument?> FindAsync(DocumentKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Creates or replaces a document atomically, based on its stored content, so that concurrent changes are not lost.
    /// Conditional changes are built on this method: <paramref name="change"/> checks the condition.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="change">
    /// A function that computes the new content from the stored one, which is null if the document does not exist. It returns
    /// null or an empty content to leave the document unchanged. It may be called more than once, so it must not have other
    /// effects.
    /// </param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the document was written; <see langword="false"/> if <paramref name="change"/> returned no
    /// content.
    /// </returns>
    ValueTask<bool> UpdateAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
        CancellationToken cancellationToken
    );

    /// <summary>Removes a document if a condition holds. The condition and the removal are atomic.</summary>
    /// <param name="key">The key.</param>
    /// <param name="condition">
    /// A function that determines from the stored content whether to remove the document. It may be called more than once.
    /// </param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the document was removed; <see langword="false"/> if it does not exist or the condition does not
    /// hold.
    /// </returns>
    ValueTask<bool> RemoveAsync(DocumentKey key, Func<ReadOnlyMemory<byte>, bool> condition, CancellationToken cancellationToken);

    /// <summary>Lists documents of a collection in the order of their IDs.</summary>
    /// <param name="query">The documents to list.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the documents of a collection, over all tenants, whose IDs are lower than the specified one. Collections whose IDs
    /// begin with a time are kept short this way.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="before">The lowest ID to keep.</param>
    /// <param name="limit">The maximum number of documents to remove in this call, 1 to 10,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of removed documents.</returns>
    ValueTask<int> RemoveBeforeAsync(string collection, string before, int limit, CancellationToken cancellationToken);
}
