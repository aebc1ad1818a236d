using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Notify.Load.Embedded;

/// <summary>
/// Writes copies of the rows of a notification that Notify has sent, under new ids, with prepared statements and SQLite's own
/// functions. The caller decides what shares a commit, and each commit is one flush.
/// </summary>
internal sealed class SqliteRows : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly sqlite3 _db;
    private readonly CopiedRow _notification;
    private readonly CopiedRow _delivery;
    private readonly sqlite3_stmt _begin;
    private readonly sqlite3_stmt _commit;
    private readonly sqlite3_stmt _settle;

    public SqliteRows(string database)
    {
        _connection = new SqliteConnection(database);
        _connection.Open();
        Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        _db = _connection.Handle!;
        _notification = CopiedRow.Read(_db, "notify_notification");
        _delivery = CopiedRow.Read(_db, "notify_delivery");
        _begin = Prepare(_db, "BEGIN IMMEDIATE");
        _commit = Prepare(_db, "COMMIT");
        _settle = Prepare(
            _db,
            """
            UPDATE notify_delivery
            SET state = 1, due_at = NULL, provider = 'vendor', attempts_spent = 0,
                retry_delay = 0, reason = NULL, attempts = attempts || '',
                ended_at = ?2, owner = NULL, fence = fence + 1
            WHERE id = ?1 AND owner IS NOT NULL
            """
        );
    }

    public void Begin() => Run(_db, _begin);

    public void Commit() => Run(_db, _commit);

    /// <summary>Inserts a notification with one delivery that is in flight.</summary>
    /// <param name="address">The recipient's address, or null to copy it.</param>
    /// <returns>The ids of the notification and its delivery.</returns>
    public (Guid Notification, byte[] Delivery) Insert(string? address = null)
    {
        var id = Guid.CreateVersion7();
        var (notificationId, deliveryId) = (id.ToByteArray(bigEndian: true), Guid.CreateVersion7().ToByteArray(bigEndian: true));
        _notification.Bind("id", notificationId);
        Run(_db, _notification.Insert);
        _delivery.Bind("id", deliveryId);
        _delivery.Bind("notification_id", notificationId);
        // The copied row is settled; the inserted one must be in flight.
        _delivery.Bind("state", 0);
        _delivery.Bind("due_at", DateTime.UtcNow.Ticks + TimeSpan.TicksPerMinute);
        _delivery.Bind("owner", "a host:1:0123456789abcdef");
        _delivery.BindNull("ended_at");
        if (address is not null)
            _delivery.Bind("address", address);
        Run(_db, _delivery.Insert);
        return (id, deliveryId);
    }

    public void Settle(byte[] delivery)
    {
        raw.sqlite3_bind_blob(_settle, 1, delivery);
        raw.sqlite3_bind_int64(_settle, 2, DateTime.UtcNow.Ticks);
        Run(_db, _settle);
    }

    /// <summary>Deletes all rows, so that only the copies that follow are stored.</summary>
    public void Clear() => Execute("DELETE FROM notify_delivery; DELETE FROM notify_notification");

    public void Dispose()
    {
        _notification.Dispose();
        _delivery.Dispose();
        _begin.Dispose();
        _commit.Dispose();
        _settle.Dispose();
        _connection.Dispose();
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
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
