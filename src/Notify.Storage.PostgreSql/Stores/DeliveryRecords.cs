using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Notify.Storage.Toolkit;
using Npgsql;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Reads pages of deliveries with their states, attempts and receipts.</summary>
internal static class DeliveryRecords
{
    /// <summary>The columns that <see cref="ReadAsync"/> reads, from a table with the alias <c>d</c>.</summary>
    public const string Columns =
        DeliveryRow.Columns + ", d.state, d.due_at, d.reason, d.history, d.receipts, d.owner IS NOT NULL, d.ended_at";

    public static async ValueTask<IReadOnlyList<DeliveryRecord>> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        Action<NpgsqlParameterCollection> bind,
        ContentReader contents,
        CancellationToken cancellationToken
    )
    {
        var records = await connection.QueryAsync(sql, bind, Read, cancellationToken).ConfigureAwait(false);
        var known = await contents
            .GetAsync(connection, records.Select(record => record.Delivery.NotificationId), cancellationToken)
            .ConfigureAwait(false);

        // If the notification was purged between the two reads, its deliveries are left out.
        return
        [
            .. records
                .Where(record => known.ContainsKey(record.Delivery.NotificationId))
                .Select(record => record with { Delivery = record.Delivery.WithContent(known) }),
        ];
    }

    private static DeliveryRecord Read(NpgsqlDataReader row) =>
        new()
        {
            Delivery = DeliveryRow.ReadDelivery(row),
            State = StoredForm.ReadState(row.GetInt16(DeliveryRow.ColumnCount)),
            DueAt = row.TimeOrNull(DeliveryRow.ColumnCount + 1),
            EndedAt = row.TimeOrNull(DeliveryRow.ColumnCount + 6),
            Reason = row.TextOrNull(DeliveryRow.ColumnCount + 2),
            Attempts = StoredForm.ReadHistory(row.GetString(DeliveryRow.ColumnCount + 3)),
            Receipts = StoredForm.ReadReceipts(row.GetString(DeliveryRow.ColumnCount + 4)),
            IsInFlight = row.GetBoolean(DeliveryRow.ColumnCount + 5),
        };
}
