using System.Data.Common;
using Microsoft.Data.Sqlite;
using Notify.Queueing;

namespace Notify.Storage.Sqlite;

/// <summary>Enqueues on the application's own connection, in its transaction.</summary>
internal sealed class SqliteOutbox(SqliteDatabase database) : IOutbox
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
        using var enqueue = new SqliteEnqueue(connection);
        return new(enqueue.Add(request, SerializedNotification.Create(request.Notification)));
    }
}
