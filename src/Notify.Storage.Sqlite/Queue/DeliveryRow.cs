using Notify.Providers;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>Reads rows of <c>notify_delivery</c>.</summary>
internal static class DeliveryRow
{
    /// <summary>
    /// The columns that these methods read, in this order. A query may add more, beginning at <see cref="ColumnCount"/>.
    /// </summary>
    public const string Columns =
        "id, notification_id, tenant, priority, channel, address, platform, "
        + "app, user_id, provider, content_index, collapse_key, chain, step, "
        + "accepted_at, expires_at, due_at, attempts_spent, retry_delay, fence, state, reason, attempts, receipts, "
        + "topic, device_id, owner, content, ended_at";

    public const int ColumnCount = 29;

    private const int DueAtColumn = 16;

    public static Delivery ReadDelivery(Statement row, ContentReader contents)
    {
        var notificationId = row.Guid(1);
        var contentIndex = row.Int32(10);
        var shared = contents.Find(notificationId);
        return new Delivery
        {
            Id = row.Guid(0),
            NotificationId = notificationId,
            Tenant = row.Text(2),
            Priority = StoredForm.ReadPriority(row.Int32(3)),
            To = new Address(Channel.Create(row.Text(4)), row.Text(5))
            {
                Platform = row.IsNull(6) ? null : Platform.Create(row.Text(6)),
                App = row.TextOrNull(7),
            },
            UserId = row.TextOrNull(8),
            Provider = row.Text(9),
            Content = shared.GetContent(contentIndex)
                ?? StoredForm.ReadOwnContent(row.IsNull(27) ? null : row.Blob(27).ToArray()),
            ContentIndex = contentIndex,
            TraceParent = shared.TraceParent,
            Topic = row.TextOrNull(24),
            DeviceId = row.TextOrNull(25),
            Category = shared.Category,
            Template = shared.Template,
            Workflow = shared.Workflow,
            Reference = shared.Reference,
            Tags = shared.Tags,
            Metadata = shared.Metadata,
            CollapseKey = row.TextOrNull(11),
            Fallback = row.IsNull(12) ? null : new FallbackPlace(row.Guid(12), row.Int32(13)),
            AcceptedAt = row.Time(14),
            ExpiresAt = row.Time(15),
            DueAt = row.TimeOrNull(DueAtColumn) ?? row.Time(14),
            AttemptsSpent = row.Int32(17),
            RetryDelay = TimeSpan.FromTicks(row.Int64(18)),
        };
    }

    public static long ReadFence(Statement row) => row.Int64(19);

    public static DeliveryRecord ReadRecord(Statement row, ContentReader contents) =>
        new()
        {
            Delivery = ReadDelivery(row, contents),
            State = StoredForm.ReadState(row.Int32(20)),
            DueAt = row.TimeOrNull(DueAtColumn),
            EndedAt = row.TimeOrNull(28),
            Reason = row.TextOrNull(21),
            Attempts = StoredForm.ReadHistory(row.Text(22)),
            Receipts = StoredForm.ReadReceipts(row.Text(23)),
            IsInFlight = !row.IsNull(26),
        };
}
