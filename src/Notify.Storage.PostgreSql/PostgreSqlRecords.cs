using Notify.Queueing;
using Npgsql;

namespace Notify.Storage.PostgreSql;

/// <summary>Reads pages of deliveries with what became of them.</summary>
internal static class PostgreSqlRecords
{
    /// <summary>The columns that <see cref="ReadAsync"/> reads, of a table that is called <c>d</c>.</summary>
    public const string Columns =
        PostgreSqlRow.Columns + ", d.state, d.due_at, d.reason, d.history, d.receipts, d.owner IS NOT NULL";

    public static async ValueTask<IReadOnlyList<DeliveryRecord>> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        Action<NpgsqlParameterCollection> bind,
        PostgreSqlContents contents,
        CancellationToken cancellationToken
    )
    {
        var records = await connection.QueryAsync(sql, bind, Read, cancellationToken).ConfigureAwait(false);
        var known = await contents
            .OfAsync(connection, records.Select(record => record.Delivery.NotificationId), cancellationToken)
            .ConfigureAwait(false);

        // A notification that was purged between the two reads is gone, and so are its deliveries.
        return
        [
            .. records
                .Where(record => known.ContainsKey(record.Delivery.NotificationId))
                .Select(record => record with { Delivery = record.Delivery.WithContent(known) }),
        ];
    }

    private static DeliveryRecord Read(NpgsqlDataReader row) =>
        new(
            PostgreSqlRow.ReadDelivery(row),
            (DeliveryState)row.GetInt16(PostgreSqlRow.ColumnCount),
            row.TimeOrNull(PostgreSqlRow.ColumnCount + 1),
            row.TextOrNull(PostgreSqlRow.ColumnCount + 2),
            StoredForm.ReadHistory(row.GetString(PostgreSqlRow.ColumnCount + 3)),
            StoredForm.ReadReceipts(row.GetString(PostgreSqlRow.ColumnCount + 4)),
            row.GetBoolean(PostgreSqlRow.ColumnCount + 5)
        );
}
