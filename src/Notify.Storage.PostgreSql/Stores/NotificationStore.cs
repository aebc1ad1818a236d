using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Reads notifications and the state of their deliveries.</summary>
internal sealed class NotificationStore(StoreDatabase database, ContentReader contents) : INotificationStore
{
    /// <summary>The columns of a notification with the alias <c>n</c> that a list needs.</summary>
    public const string SummaryColumns = "n.id, n.accepted_at, n.expires_at, n.trigger";

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
        SELECT {SummaryColumns} FROM {database.Schema}.notification n
        WHERE n.tenant = $1 AND ($2 IS NULL OR n.id >= $2) AND ($3 IS NULL OR n.id < $3)
            AND {RetentionStore.IsKept(database.Schema)}
        ORDER BY n.id DESC LIMIT $4
        """;

    private readonly NotificationLabels _labels = new(database.Schema);
    private readonly NotificationSearcher _searcher = new(database);

    /// <summary>The reasons of what a call or an erasure cancelled, as a list of SQL.</summary>
    public const string CancelReasons = $"'{NotificationProgress.CancelReason}', '{Erasure.Reason}'";

    private readonly string _count = $"""
        SELECT d.notification_id, 0, d.state::integer, COALESCE(d.reason IN ({CancelReasons}), false), count(*), d.channel
        FROM {database.Schema}.delivery d
        WHERE d.notification_id = ANY($1) AND d.tenant = $2 AND NOT EXISTS (
            SELECT 1 FROM {database.Schema}.expansion x WHERE x.notification_id = d.notification_id AND x.done > $3)
        GROUP BY 1, 3, 4, 6
        UNION ALL
        SELECT e.notification_id, 1, e.state::integer, COALESCE(e.reason IN ({CancelReasons}), false), count(*), ''
        FROM {database.Schema}.digest_event e WHERE e.notification_id = ANY($1) AND e.tenant = $2
        GROUP BY 1, 3, 4
        UNION ALL
        SELECT x.notification_id, 2,
            CASE WHEN x.due_at IS NOT NULL THEN 0 WHEN x.reason IS NOT NULL THEN 2 WHEN x.done < x.total THEN 3 ELSE 1 END,
            false, x.done, ''
        FROM {database.Schema}.expansion x JOIN {database.Schema}.notification n ON n.id = x.notification_id
        WHERE x.notification_id = ANY($1) AND n.tenant = $2
        """;

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
        var labels = NotificationLabel.GetAll(filter);
        return await database
            .QueryAsync(
                labels.Count == 0 ? _listNotifications : _labels.CreateQuery(SummaryColumns, labels.Count),
                parameters =>
                {
                    parameters
                        .With(filter.Tenant)
                        .WithOrNull(NpgsqlDbType.Uuid, labels.Count == 0 ? from : from ?? Guid.Empty)
                        .WithOrNull(NpgsqlDbType.Uuid, labels.Count == 0 ? to : to ?? Guid.AllBitsSet)
                        .With(limit);
                    foreach (var label in labels)
                        parameters.With((short)label.Kind).With(label.Value);
                },
                ReadSummary,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async ValueTask<NotificationCandidates> SearchAsync(NotificationSearch search, CancellationToken cancellationToken)
    {
        if (search.Part is not null || search.Channel is not null)
            return await _searcher.RunAsync(search, cancellationToken).ConfigureAwait(false);

        var found = await ListAsync(search.Filter, search.Before, search.Limit, cancellationToken).ConfigureAwait(false);
        return NotificationCandidates.Create(found, search.Limit);
    }

    public async ValueTask<IReadOnlyDictionary<Guid, NotificationProgress>> CountAsync(
        string tenant,
        IReadOnlyCollection<Guid> notificationIds,
        long maxSubscribers,
        CancellationToken cancellationToken
    )
    {
        var rows = await database
            .QueryAsync(
                _count,
                parameters => parameters.With(notificationIds.ToArray()).With(tenant).With(maxSubscribers),
                row => new ProgressRow
                {
                    NotificationId = row.GetGuid(0),
                    Kind = (ProgressRowKind)row.GetInt32(1),
                    State = row.GetInt32(2),
                    IsCancelled = row.GetBoolean(3),
                    Count = row.GetInt64(4),
                    Channel = Channel.TryParse(row.GetString(5), out var channel) ? channel : default,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return NotificationProgress.Create(rows, maxSubscribers);
    }

    /// <summary>Reads a row of <see cref="SummaryColumns"/>.</summary>
    public static NotificationSummary ReadSummary(NpgsqlDataReader row) =>
        new()
        {
            Id = row.GetGuid(0),
            AcceptedAt = row.Time(1),
            ExpiresAt = row.Time(2),
            Trigger = StoredForm.ReadTrigger(row.GetFieldValue<byte[]>(3)),
        };
}
