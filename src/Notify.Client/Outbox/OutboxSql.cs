namespace Notify.Client.Outbox;

/// <summary>
/// The statements of one kind of database. Times are milliseconds since 1970, so that every driver passes them alike.
/// </summary>
/// <remarks>
/// A row waits while it has a due time. To lease it means to move its due time behind the end of the lease, so a killed process
/// needs no one to clean up after it. Each lease has its own name: a process that was overtaken changes nothing with the old one.
/// A row that was accepted is deleted whatever its lease is, because it must not be sent again.
/// </remarks>
internal abstract class OutboxSql
{
    private protected const string LeasedColumns = "id, tenant, body, trace_parent, enqueued_at, attempts, uncertain_since";

    private protected const string LeaseChanges =
        "due_at = @until, lease = @lease, attempts = attempts + 1, uncertain_since = COALESCE(uncertain_since, @now)";

    private protected OutboxSql(string table)
    {
        Table = table;
        // An index is created in the schema of its table.
        IndexPrefix = table[(table.IndexOf('.', StringComparison.Ordinal) + 1)..];
        Probe = $"SELECT id, lease, reason FROM {table} WHERE 1 = 0";
        Insert =
            $"INSERT INTO {table} (tenant, body, trace_parent, enqueued_at, due_at, attempts) "
            + "VALUES (@tenant, @body, @trace_parent, @now, @now, 0)";
        Retry =
            $"UPDATE {table} SET due_at = @now, lease = NULL, attempts = 0, uncertain_since = NULL, refused_at = NULL, "
            + "code = NULL, reason = NULL WHERE due_at IS NULL AND ";
        DeleteRefused = $"DELETE FROM {table} WHERE due_at IS NULL AND id = @id";
        Refuse =
            $"UPDATE {table} SET due_at = NULL, lease = NULL, refused_at = @now, code = @code, reason = @reason "
            + "WHERE id = @id AND lease = @lease";
    }

    public string Table { get; }

    /// <summary>Gets the statement that creates the table and its indexes if they are missing.</summary>
    public abstract string CreateTable { get; }

    /// <summary>Gets the statement that fails if the table is missing.</summary>
    public string Probe { get; }

    public string Insert { get; }

    /// <summary>Gets the statement that reads the earliest due time.</summary>
    public virtual string FindDue => $"SELECT MIN(due_at) FROM {Table} WHERE due_at IS NOT NULL";

    /// <summary>
    /// Gets the statement that leases rows that are due, the earliest first, and skips those that another process leases at the
    /// same moment.
    /// </summary>
    public abstract string Lease { get; }

    /// <summary>Gets the statement that deletes accepted rows.</summary>
    public string Complete => $"DELETE FROM {Table} WHERE id IN ({Ids})";

    /// <summary>
    /// Gets the statement that gives leased rows back. The attempt is forgotten if it certainly did not arrive: then
    /// <c>@forgotten</c> is the time of the lease. <c>@unsent</c> is 1 if they were not sent at all.
    /// </summary>
    public string Release =>
        $"UPDATE {Table} SET due_at = @due, lease = NULL, attempts = attempts - @unsent, "
        + "uncertain_since = NULLIF(uncertain_since, @forgotten) "
        + $"WHERE lease = @lease AND id IN ({Ids})";

    public string Refuse { get; }

    public string RetryOne => Retry + "id = @id";

    public string RetryAll => Retry + "code = @code";

    public string DeleteRefused { get; }

    public abstract string ListRefused { get; }

    public virtual string CountWaiting => $"SELECT COUNT(*), MIN(enqueued_at) FROM {Table} WHERE due_at IS NOT NULL";

    public virtual string CountRefused => $"SELECT COUNT(*) FROM {Table} WHERE due_at IS NULL";

    private protected const string RefusedColumns = "id, tenant, enqueued_at, refused_at, attempts, code, reason, body";

    private protected string IndexPrefix { get; }

    /// <summary>Gets the query for the numbers in the JSON array <c>@ids</c>.</summary>
    private protected abstract string Ids { get; }

    private string Retry { get; }

    public static OutboxSql Create(OutboxDialect dialect, string table) =>
        dialect switch
        {
            OutboxDialect.Sqlite => new SqliteOutboxSql(table),
            OutboxDialect.SqlServer => new SqlServerOutboxSql(table),
            _ => new PostgreSqlOutboxSql(table),
        };
}
