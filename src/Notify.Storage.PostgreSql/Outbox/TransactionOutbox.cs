using System.Data.Common;
using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Npgsql;

namespace Notify.Storage.PostgreSql.Outbox;

/// <summary>Enqueues within a transaction of the application on the same database.</summary>
internal sealed class TransactionOutbox(StoreDatabase database, NotificationWriter enqueue) : IOutbox
{
    public async ValueTask<EnqueueResult> EnqueueAsync(
        EnqueueRequest request,
        DbTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        if (transaction is not NpgsqlTransaction { Connection: { } connection })
            throw new ArgumentException("The transaction is not one of Npgsql, or it has ended.", nameof(transaction));

        await database.MigrateAsync(cancellationToken).ConfigureAwait(false);
        return (await enqueue.AddAsync(connection, [SerializedRequest.Create(request)], cancellationToken).ConfigureAwait(false))[
            0
        ];
    }
}
