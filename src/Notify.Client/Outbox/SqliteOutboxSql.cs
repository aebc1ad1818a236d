namespace Notify.Client.Outbox;

/// <summary>The statements for SQLite.</summary>
internal sealed class SqliteOutboxSql(string table) : OutboxSql(table)
{
    // AUTOINCREMENT, because the ID of a deleted row must not be given to another one: a process may still delete the first.
    public override string CreateTable =>
        $"""
            CREATE TABLE IF NOT EXISTS {Table} (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                tenant TEXT NOT NULL,
                body TEXT NOT NULL,
                trace_parent TEXT,
                enqueued_at INTEGER NOT NULL,
                due_at INTEGER,
                lease TEXT,
                attempts INTEGER NOT NULL,
                uncertain_since INTEGER,
                refused_at INTEGER,
                code TEXT,
                reason TEXT
            );
            CREATE INDEX IF NOT EXISTS {IndexPrefix}_due ON {Table} (due_at, id) WHERE due_at IS NOT NULL;
            CREATE INDEX IF NOT EXISTS {IndexPrefix}_refused ON {Table} (id) WHERE due_at IS NULL;
            """;

    // One writer at a time: another process that leases meanwhile waits, and then finds other rows.
    public override string Lease =>
        $"""
            UPDATE {Table} SET {LeaseChanges}
            WHERE id IN (SELECT id FROM {Table} WHERE due_at <= @now ORDER BY due_at, id LIMIT @limit)
            RETURNING {LeasedColumns}
            """;

    public override string ListRefused =>
        $"SELECT {RefusedColumns} FROM {Table} WHERE due_at IS NULL AND id > @after ORDER BY id LIMIT @limit";

    private protected override string Ids => "SELECT value FROM json_each(@ids)";
}
