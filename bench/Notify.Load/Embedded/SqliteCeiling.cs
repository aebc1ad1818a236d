using Microsoft.Data.Sqlite;
using Notify.Load.Measuring;
using SQLitePCL;

namespace Notify.Load.Embedded;

/// <summary>
/// The simplest program that makes the same data durable. Each batch copies the rows of a notification that Notify has sent,
/// under new ids, and settles the rows of the previous batch. There is one flush per batch.
/// </summary>
internal static class SqliteCeiling
{
    public static async Task<Turn> RunAsync(string database, int count, int batch)
    {
        using var connection = new SqliteConnection(database);
        connection.Open();
        using (var pragma = connection.CreateCommand())
        {
            pragma.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";
            pragma.ExecuteNonQuery();
        }

        var db = connection.Handle!;
        using var notification = CopiedRow.Read(db, "notify_notification");
        using var delivery = CopiedRow.Read(db, "notify_delivery");
        using var begin = Prepare(db, "BEGIN IMMEDIATE");
        using var commit = Prepare(db, "COMMIT");
        using var settle = Prepare(
            db,
            """
            UPDATE notify_delivery
            SET state = 1, due_at = NULL, provider = 'vendor', attempts_spent = 0,
                retry_delay = 0, reason = NULL, attempts = attempts || '',
                ended_at = ?2, owner = NULL, fence = fence + 1
            WHERE id = ?1 AND owner IS NOT NULL
            """
        );

        var batches = (count + batch - 1) / batch;
        var unsettled = new List<byte[]>(batch);
        // One more call than there are batches to insert: it settles the last batch.
        var turn = await Callers.MeasureAsync(batches + 1, callers: 1, number =>
        {
            Run(db, begin);
            foreach (var id in unsettled)
            {
                raw.sqlite3_bind_blob(settle, 1, id);
                raw.sqlite3_bind_int64(settle, 2, DateTime.UtcNow.Ticks);
                Run(db, settle);
            }

            unsettled.Clear();
            for (var i = number * batch; i < Math.Min(count, (number + 1) * batch); i++)
                unsettled.Add(Insert(db, notification, delivery));
            Run(db, commit);
            return ValueTask.CompletedTask;
        });
        return turn with { Count = count };
    }

    private static byte[] Insert(sqlite3 db, CopiedRow notification, CopiedRow delivery)
    {
        var (notificationId, deliveryId) = (
            Guid.CreateVersion7().ToByteArray(bigEndian: true),
            Guid.CreateVersion7().ToByteArray(bigEndian: true)
        );
        notification.Bind("id", notificationId);
        Run(db, notification.Insert);
        delivery.Bind("id", deliveryId);
        delivery.Bind("notification_id", notificationId);
        // The copied row is settled; the inserted one must be in flight.
        delivery.Bind("state", 0);
        delivery.Bind("due_at", DateTime.UtcNow.Ticks + TimeSpan.TicksPerMinute);
        delivery.Bind("owner", "a host:1:0123456789abcdef");
        delivery.BindNull("ended_at");
        Run(db, delivery.Insert);
        return deliveryId;
    }

    private static void Run(sqlite3 db, sqlite3_stmt statement)
    {
        var result = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (result != raw.SQLITE_DONE)
            SqliteException.ThrowExceptionForRC(result, db);
    }

    private static sqlite3_stmt Prepare(sqlite3 db, string sql)
    {
        SqliteException.ThrowExceptionForRC(
            raw.sqlite3_prepare_v3(db, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement),
            db
        );
        return statement;
    }

    /// <summary>
    /// An INSERT statement whose parameters have the values of a table's only row until other values are bound.
    /// </summary>
    private sealed class CopiedRow : IDisposable
    {
        private readonly Dictionary<string, int> _columns = [];

        private CopiedRow(sqlite3_stmt insert) => Insert = insert;

        public sqlite3_stmt Insert { get; }

        public static CopiedRow Read(sqlite3 db, string table)
        {
            using var row = Prepare(db, $"SELECT * FROM {table}");
            if (raw.sqlite3_step(row) != raw.SQLITE_ROW)
                throw new InvalidOperationException($"{table} has no row to copy.");

            string[] names =
            [
                .. Enumerable
                    .Range(0, raw.sqlite3_column_count(row))
                    .Select(i => raw.sqlite3_column_name(row, i).utf8_to_string()),
            ];
            var copied = new CopiedRow(
                Prepare(
                    db,
                    $"INSERT INTO {table} ({string.Join(", ", names)}) VALUES ({string.Join(", ", names.Select(_ => "?"))})"
                )
            );
            for (var i = 0; i < names.Length; i++)
            {
                copied._columns[names[i]] = i + 1;
                _ = raw.sqlite3_column_type(row, i) switch
                {
                    raw.SQLITE_INTEGER => raw.sqlite3_bind_int64(copied.Insert, i + 1, raw.sqlite3_column_int64(row, i)),
                    raw.SQLITE_TEXT => raw.sqlite3_bind_text(
                        copied.Insert,
                        i + 1,
                        raw.sqlite3_column_text(row, i).utf8_to_string()
                    ),
                    raw.SQLITE_BLOB => raw.sqlite3_bind_blob(copied.Insert, i + 1, raw.sqlite3_column_blob(row, i)),
                    _ => raw.sqlite3_bind_null(copied.Insert, i + 1),
                };
            }

            return copied;
        }

        public void Bind(string column, byte[] value) => raw.sqlite3_bind_blob(Insert, _columns[column], value);

        public void Bind(string column, long value) => raw.sqlite3_bind_int64(Insert, _columns[column], value);

        public void Bind(string column, string value) => raw.sqlite3_bind_text(Insert, _columns[column], value);

        public void BindNull(string column) => raw.sqlite3_bind_null(Insert, _columns[column]);

        public void Dispose() => Insert.Dispose();
    }
}
