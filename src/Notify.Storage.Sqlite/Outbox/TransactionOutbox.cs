using System.Data.Common;
using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Sqlite.Queue;

namespace Notify.Storage.Sqlite.Outbox;

/// <summary>Enqueues on the application's own connection, in its transaction.</summary>
internal sealed class TransactionOutbox(StoreDatabase database) : IOutbox
{
    public ValueTask<EnqueueResult> EnqueueAsync(
        EnqueueRequest request,
        DbTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        if (transaction is not SqliteTransaction { Connection: { } connection })
            throw new ArgumentException("The transaction is not a SQLite transaction, or it has ended.", nameof(transaction));

        database.EnsureTables();
        using var enqueue = new NotificationWriter(connection);
        return new(enqueue.Add(request, SerializedNotification.Create(request.Notification)));
    }
}
