using Notify.Queueing;

namespace Notify.Storage.Sqlite;

/// <summary>How a row of <c>notify_delivery</c> reads as a delivery.</summary>
internal static class SqliteRow
{
    /// <summary>The columns that <see cref="ReadDelivery"/> reads, in its order; more may follow from <see cref="ColumnCount"/> on.</summary>
    public const string Columns =
        "id, notification_id, tenant, priority, channel, address, platform, provider, content, content_index, "
        + "accepted_at, expires_at, due_at, attempts_spent, retry_delay";

    public const int DueAtColumn = 12;

    public const int ColumnCount = 15;

    public static Delivery ReadDelivery(SqliteStatement row, Func<Guid, IReadOnlyList<Content>> contentsOf)
    {
        var notificationId = row.Guid(1);
        int? contentIndex = row.IsNull(9) ? null : row.Int32(9);
        return new Delivery
        {
            Id = row.Guid(0),
            NotificationId = notificationId,
            Tenant = row.Text(2),
            Priority = (Priority)row.Int32(3),
            To = new Address(Channel.Named(row.Text(4)), row.Text(5), row.IsNull(6) ? null : (Platform)row.Int32(6)),
            Provider = row.Text(7),
            Content = contentIndex is { } index ? contentsOf(notificationId)[index] : StoredForm.ReadContent(row.Blob(8)),
            ContentIndex = contentIndex,
            AcceptedAt = row.Time(10),
            ExpiresAt = row.Time(11),
            DueAt = row.TimeOrNull(DueAtColumn) ?? row.Time(10),
            AttemptsSpent = row.Int32(13),
            RetryDelay = TimeSpan.FromTicks(row.Int64(14)),
        };
    }
}
