using System.Data.Common;
using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Npgsql;

namespace Notify.Storage.PostgreSql.Outbox;

/// <summary>Enqueues notifications in the application's transaction on the same database.</summary>
internal sealed class TransactionOutbox(StoreDatabase database, NotificationWriter enqueue) : IOutbox
{
    public async ValueTask<EnqueueResult> EnqueueAsync(
        EnqueueRequest request,
        DbTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        if (transaction is not NpgsqlTransaction { Connection: { } connection })
            throw new ArgumentException(
                "The transaction must be an open NpgsqlTransaction on the store's database.",
                nameof(transaction)
            );

        await database.MigrateAsync(cancellationToken).ConfigureAwait(false);
        return (await enqueue.AddAsync(connection, [SerializedRequest.Create(request)], cancellationToken).ConfigureAwait(false))[
            0
        ];
    }
}
