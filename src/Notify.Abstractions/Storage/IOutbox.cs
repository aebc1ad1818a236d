using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// An outbox that enqueues notifications within a transaction that the application began on the database of the store. Only
/// stores with transactions implement it.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IOutbox
{
    /// <summary>
    /// Enqueues a notification like <see cref="IDeliveryQueue.EnqueueAsync"/>. It becomes visible to workers when the transaction
    /// is committed.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="transaction">The transaction of the application.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The result of the request.</returns>
    /// <exception cref="ArgumentException">
    /// The transaction belongs to a different kind of database, or has already ended.
    /// </exception>
    ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, DbTransaction transaction, CancellationToken cancellationToken);
}
