using System.Data.Common;

namespace Notify.Storage;

/// <summary>For stores with transactions: enqueues within one that the application began on the store's database.</summary>
public interface IOutbox
{
    /// <summary>
    /// Like <see cref="IDeliveryQueue.EnqueueAsync"/> for one request, visible to workers once the transaction has committed.
    /// </summary>
    /// <exception cref="ArgumentException">The transaction is on another kind of database, or has ended.</exception>
    ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, DbTransaction transaction, CancellationToken cancellationToken);
}
