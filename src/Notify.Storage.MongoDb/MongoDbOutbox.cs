using System.Data.Common;
using Notify.Queueing;

namespace Notify.Storage.MongoDb;

/// <summary>Enqueues within a transaction of the application's session on the same cluster.</summary>
internal sealed class MongoDbOutbox(MongoDbEnqueue enqueue) : IOutbox
{
    public ValueTask<EnqueueResult> EnqueueAsync(
        EnqueueRequest request,
        DbTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        if (transaction is not SessionTransaction { Session: { IsInTransaction: true } session })
            throw new ArgumentException("The transaction is not one of a MongoDB session, or it has ended.", nameof(transaction));

        return enqueue.EnqueueAsync(request, session, cancellationToken);
    }
}
