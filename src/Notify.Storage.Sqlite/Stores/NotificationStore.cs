using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Sqlite.Queue;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Reads notifications and deliveries, on connections other than the writer's.</summary>
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
            "SELECT accepted_at, expires_at, trigger, contents FROM notify_notification WHERE id = @id AND tenant = @tenant"
        );
        if (!statement.Bind("@id", id).Bind("@tenant", tenant).Read())
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
            """
            SELECT fingerprint, notification_id FROM notify_idempotency
            WHERE tenant = @tenant AND key = @key AND expires_at > @now
            """
        );
        statement.Bind("@tenant", tenant).Bind("@key", key).Bind("@now", now);
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
            WHERE notification_id = @notification_id AND tenant = @tenant AND id > COALESCE(@after, x'') ORDER BY id LIMIT @limit
            """
        );
        statement.Bind("@notification_id", notificationId).Bind("@tenant", tenant).Bind("@after", after).Bind("@limit", limit);

        var records = new List<DeliveryRecord>();
        while (statement.Read())
            records.Add(DeliveryRow.ReadRecord(statement, contents));
        return new(records);
    }

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var contents = new ContentReader(connection);
        using var statement = new Statement(
            connection,
            $"SELECT {DeliveryRow.Columns} FROM notify_delivery WHERE id = @id AND tenant = @tenant"
        );
        statement.Bind("@id", id).Bind("@tenant", tenant);
        return new(statement.Read() ? DeliveryRow.ReadRecord(statement, contents) : null);
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
            WHERE tenant = @tenant AND id >= COALESCE(@from, x''){(to is null ? "" : " AND id < @to")}
            ORDER BY id DESC LIMIT @limit
            """
        );
        statement.Bind("@tenant", filter.Tenant).Bind("@from", from).Bind("@limit", limit);
        if (to is { } end)
            statement.Bind("@to", end);
        var found = new List<NotificationSummary>();
        while (statement.Read())
        {
            var trigger = StoredForm.ReadTrigger(statement.Blob(3));
            found.Add(
                new NotificationSummary
                {
                    Id = statement.Guid(0),
                    AcceptedAt = statement.Time(1),
                    ExpiresAt = statement.Time(2),
                    Trigger = trigger,
                }
            );
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
            """
            SELECT state, COUNT(*) FROM notify_delivery
            WHERE notification_id = @notification_id AND tenant = @tenant GROUP BY state
            """
        );
        statement.Bind("@notification_id", notificationId).Bind("@tenant", tenant);
        var counts = new List<(int State, long Count)>();
        while (statement.Read())
            counts.Add((statement.Int32(0), statement.Int64(1)));
        return new(StoredForm.ReadCounts(counts));
    }
}
