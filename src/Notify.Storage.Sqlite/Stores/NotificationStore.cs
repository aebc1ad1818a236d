using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Sqlite.Queue;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Reads notifications and deliveries, on other connections than the writer.</summary>
internal sealed class NotificationStore(StoreDatabase database) : INotificationStore
{
    public ValueTask<Notification?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        return new(Find(connection, tenant, id));
    }

    public static Notification? Find(SqliteConnection connection, string tenant, Guid id)
    {
        using var statement = new Statement(
            connection,
            "SELECT accepted_at, expires_at, trigger, contents FROM notify_notification WHERE id = ?1 AND tenant = ?2"
        );
        if (!statement.Bind(1, id).Bind(2, tenant).Read())
            return null;

        var contents = StoredForm.ReadContents(statement.Blob(3));
        return new Notification
        {
            Id = id,
            AcceptedAt = statement.Time(0),
            ExpiresAt = statement.Time(1),
            Trigger = StoredForm.ReadTrigger(statement.Blob(2)),
            Contents = contents.Variants,
            TemplateVersion = contents.TemplateVersion,
            TraceParent = contents.TraceParent,
        };
    }

    public ValueTask<KeyHolder?> FindKeyAsync(string tenant, string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(
            connection,
            "SELECT fingerprint, notification_id FROM notify_idempotency WHERE tenant = ?1 AND key = ?2 AND expires_at > ?3"
        );
        statement.Bind(1, tenant).Bind(2, key).Bind(3, now);
        return new(statement.Read() ? new KeyHolder(statement.Guid(1), statement.Blob(0).ToArray()) : null);
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
        string tenant,
        Guid notificationId,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var contents = new ContentReader(connection);
        using var statement = new Statement(
            connection,
            $"""
            SELECT {DeliveryRow.Columns} FROM notify_delivery
            WHERE notification_id = ?1 AND tenant = ?2 AND id > COALESCE(?3, x'') ORDER BY id LIMIT ?4
            """
        );
        statement.Bind(1, notificationId).Bind(2, tenant).Bind(3, after).Bind(4, limit);

        var records = new List<DeliveryRecord>();
        while (statement.Read())
            records.Add(DeliveryRow.ReadRecord(statement, contents));
        return new(records);
    }

    public ValueTask<IReadOnlyList<NotificationSummary>> ListAsync(
        NotificationFilter filter,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var (from, to) = IdRange.Create(filter, before);
        using var connection = database.OpenReader();
        using var statement = new Statement(
            connection,
            $"""
            SELECT id, accepted_at, expires_at, trigger FROM notify_notification
            WHERE tenant = ?1 AND id >= COALESCE(?2, x''){(to is null ? "" : " AND id < ?3")} ORDER BY id DESC LIMIT ?4
            """
        );
        statement.Bind(1, filter.Tenant).Bind(2, from).Bind(4, limit);
        if (to is { } end)
            statement.Bind(3, end);
        var found = new List<NotificationSummary>();
        while (statement.Read())
        {
            var trigger = StoredForm.ReadTrigger(statement.Blob(3));
            found.Add(new NotificationSummary(statement.Guid(0), statement.Time(1), statement.Time(2), trigger));
        }

        return new(found);
    }

    public ValueTask<IReadOnlyDictionary<DeliveryState, long>> CountDeliveriesAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(
            connection,
            "SELECT state, COUNT(*) FROM notify_delivery WHERE notification_id = ?1 AND tenant = ?2 GROUP BY state"
        );
        statement.Bind(1, notificationId).Bind(2, tenant);
        var counts = new List<(int State, long Count)>();
        while (statement.Read())
            counts.Add((statement.Int32(0), statement.Int64(1)));
        return new(StoredForm.ReadCounts(counts));
    }
}
