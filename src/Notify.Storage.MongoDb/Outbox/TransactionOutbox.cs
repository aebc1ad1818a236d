using System.Data.Common;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;

namespace Notify.Storage.MongoDb.Outbox;

/// <summary>Enqueues within a transaction of the application's session on the same cluster.</summary>
internal sealed class TransactionOutbox(NotificationWriter enqueue) : IOutbox
{
    public ValueTask<EnqueueResult> EnqueueAsync(
        EnqueueRequest request,
        DbTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        if (transaction is not SessionTransaction { Session: { IsInTransaction: true } session })
            throw new ArgumentException(
                "The transaction does not belong to a MongoDB session, or it has ended.",
                nameof(transaction)
            );

        ThrowIfWeak(session.WrappedCoreSession.CurrentTransaction.TransactionOptions?.WriteConcern);
        return enqueue.EnqueueAsync(request, session, cancellationToken);
    }

    // In a transaction the server ignores the write concern of the collections and uses that of the transaction.
    // https://www.mongodb.com/docs/manual/core/transactions/#transactions-and-write-concern
    private static void ThrowIfWeak(WriteConcern? concern)
    {
        // If it is not set, the server's default applies, which is a majority:
        // https://www.mongodb.com/docs/manual/reference/write-concern/
        var isWeak = concern is { Journal: false } or { W: WriteConcern.WCount { Value: < 2 } };
        if (isWeak)
        {
            throw new ArgumentException(
                "The transaction's write concern can lose the notification after its commit. Start the transaction with "
                    + "new TransactionOptions(writeConcern: WriteConcern.WMajority).",
                "session"
            );
        }
    }
}
