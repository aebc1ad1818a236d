using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Notify.Storage.Toolkit;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Reads notifications and the state of their deliveries.</summary>
internal sealed class NotificationStore(StoreDatabase database, ContentReader contents) : INotificationStore
{
    private readonly string _find = $"""
        SELECT n.id, n.accepted_at, n.expires_at, n.trigger, n.contents FROM {database.Schema}.notification n
        WHERE n.id = $1 AND n.tenant = $2 AND {RetentionStore.IsKept(database.Schema)}
        """;

    private readonly string _findKey =
        $"SELECT notification_id, fingerprint FROM {database.Schema}.idempotency "
        + "WHERE tenant = $1 AND key = $2 AND expires_at > $3";

    private readonly string _list = $"""
        SELECT {DeliveryRecords.Columns} FROM {database.Schema}.delivery d
        WHERE d.notification_id = $1 AND d.tenant = $2 AND ($3 IS NULL OR d.id > $3) ORDER BY d.id LIMIT $4
        """;

    private readonly string _findDelivery =
        $"SELECT {DeliveryRecords.Columns} FROM {database.Schema}.delivery d WHERE d.id = $1 AND d.tenant = $2";

    private readonly string _listNotifications = $"""
        SELECT n.id, n.accepted_at, n.expires_at, n.trigger FROM {database.Schema}.notification n
        WHERE n.tenant = $1 AND ($2 IS NULL OR n.id >= $2) AND ($3 IS NULL OR n.id < $3)
            AND {RetentionStore.IsKept(database.Schema)}
        ORDER BY n.id DESC LIMIT $4
        """;

    private readonly string _count =
        $"SELECT state, count(*) FROM {database.Schema}.delivery WHERE notification_id = $1 AND tenant = $2 GROUP BY state";

    public async ValueTask<Notification?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        var found = await database
            .QueryAsync(
                _find,
                parameters => parameters.With(id).With(tenant),
                row => DeliveryRow.ReadNotification(row, 0),
                cancellationToken
            )
            .ConfigureAwait(false);
        return found.SingleOrDefault();
    }

    public async ValueTask<KeyHolder?> FindKeyAsync(
        string tenant,
        string key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .QueryAsync(
                _findKey,
                parameters => parameters.With(tenant).With(key).With(now),
                row => new KeyHolder(row.GetGuid(0), row.GetFieldValue<byte[]>(1)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return found.SingleOrDefault();
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
        string tenant,
        Guid notificationId,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.UseAsync(
            (connection, cancellation) =>
                DeliveryRecords.ReadAsync(
                    connection,
                    _list,
                    parameters => parameters.With(notificationId).With(tenant).WithOrNull(NpgsqlDbType.Uuid, after).With(limit),
                    contents,
                    cancellation
                ),
            cancellationToken
        );

    public async ValueTask<DeliveryRecord?> FindDeliveryAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        var found = await database
            .UseAsync(
                (connection, cancellation) =>
                    DeliveryRecords.ReadAsync(
                        connection,
                        _findDelivery,
                        parameters => parameters.With(id).With(tenant),
                        contents,
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        return found.SingleOrDefault();
    }

    public async ValueTask<IReadOnlyList<NotificationSummary>> ListAsync(
        NotificationFilter filter,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var (from, to) = IdRange.Create(filter, before);
        return await database
            .QueryAsync(
                _listNotifications,
                parameters =>
                    parameters
                        .With(filter.Tenant)
                        .WithOrNull(NpgsqlDbType.Uuid, from)
                        .WithOrNull(NpgsqlDbType.Uuid, to)
                        .With(limit),
                row => new NotificationSummary
                {
                    Id = row.GetGuid(0),
                    AcceptedAt = row.Time(1),
                    ExpiresAt = row.Time(2),
                    Trigger = StoredForm.ReadTrigger(row.GetFieldValue<byte[]>(3)),
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyDictionary<DeliveryState, long>> CountDeliveriesAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    )
    {
        var counts = await database
            .QueryAsync(
                _count,
                parameters => parameters.With(notificationId).With(tenant),
                row => ((int)row.GetInt16(0), row.GetInt64(1)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return StoredForm.ReadCounts(counts);
    }
}
