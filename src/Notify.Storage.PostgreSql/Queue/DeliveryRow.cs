using Notify.Providers;
using Notify.Storage.Toolkit;
using Npgsql;

namespace Notify.Storage.PostgreSql.Queue;

/// <summary>Reads deliveries and notifications from rows.</summary>
internal static class DeliveryRow
{
    /// <summary>
    /// The columns that <see cref="ReadDelivery"/> reads, in its order, from a table with the alias <c>d</c>. Other columns may
    /// follow at <see cref="ColumnCount"/>.
    /// </summary>
    public const string Columns =
        "d.id, d.notification_id, d.tenant, d.priority, d.channel, d.address, "
        + "d.platform, d.app, d.provider, d.content_index, d.user_id, "
        + "d.collapse_key, d.fallback_chain, d.fallback_step, d.accepted_at, "
        + "d.not_before, d.expires_at, d.attempts_spent, d.retry_delay_ticks, "
        + "d.topic, d.device_id, d.content";

    public const int ColumnCount = 22;

    /// <summary>
    /// Reads a delivery without shared content, which <see cref="WithContent"/> adds: many rows share the same contents.
    /// </summary>
    public static Delivery ReadDelivery(NpgsqlDataReader row) =>
        new()
        {
            Id = row.GetGuid(0),
            NotificationId = row.GetGuid(1),
            Tenant = row.GetString(2),
            Priority = (Priority)row.GetInt16(3),
            To = new Address(Channel.Create(row.GetString(4)), row.GetString(5))
            {
                Platform = row.IsDBNull(6) ? null : (Platform)row.GetInt16(6),
                App = row.TextOrNull(7),
            },
            Provider = row.GetString(8),
            Content = StoredForm.ReadOwnContent(row.IsDBNull(21) ? null : row.GetFieldValue<byte[]>(21)),
            ContentIndex = row.GetInt32(9),
            UserId = row.TextOrNull(10),
            CollapseKey = row.TextOrNull(11),
            Fallback = row.IsDBNull(12) ? null : new FallbackPlace(row.GetGuid(12), row.GetInt32(13)),
            AcceptedAt = row.Time(14),
            DueAt = row.Time(15),
            ExpiresAt = row.Time(16),
            AttemptsSpent = row.GetInt32(17),
            RetryDelay = TimeSpan.FromTicks(row.GetInt64(18)),
            Topic = row.TextOrNull(19),
            DeviceId = row.TextOrNull(20),
        };

    public static Delivery WithContent(this Delivery delivery, Dictionary<Guid, StoredContents> contents) =>
        contents[delivery.NotificationId].Complete(delivery);

    /// <summary>Reads a notification from the columns <c>id, accepted_at, expires_at, trigger, contents</c>.</summary>
    public static Notification ReadNotification(NpgsqlDataReader row, int first)
    {
        var contents = StoredForm.ReadContents(row.GetFieldValue<byte[]>(first + 4));
        return new Notification
        {
            Id = row.GetGuid(first),
            AcceptedAt = row.Time(first + 1),
            ExpiresAt = row.Time(first + 2),
            Trigger = StoredForm.ReadTrigger(row.GetFieldValue<byte[]>(first + 3)),
            Contents = contents.Variants,
            TemplateVersion = contents.TemplateVersion,
            TraceParent = contents.TraceParent,
        };
    }

    public static string? TextOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.Time(column);
}
