namespace Notify.Client.Outbox;

/// <summary>The statements for SQL Server.</summary>
/// <remarks>
/// <c>READPAST</c> skips rows that another process has locked: one that leases them, or one whose transaction with them has not
/// ended. It needs the isolation level READ COMMITTED, which a pooled connection may not have.
/// </remarks>
internal sealed class SqlServerOutboxSql(string table) : OutboxSql(table)
{
    public override string CreateTable =>
        $"""
            IF OBJECT_ID(N'{Table}') IS NULL
            BEGIN
                CREATE TABLE {Table} (
                    id bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY,
                    tenant nvarchar(256) NOT NULL,
                    body nvarchar(max) NOT NULL,
                    trace_parent nvarchar(64) NULL,
                    enqueued_at bigint NOT NULL,
                    due_at bigint NULL,
                    lease nvarchar(36) NULL,
                    attempts int NOT NULL,
                    uncertain_since bigint NULL,
                    refused_at bigint NULL,
                    code nvarchar(100) NULL,
                    reason nvarchar(1000) NULL
                );
                CREATE INDEX {IndexPrefix}_due ON {Table} (due_at, id) WHERE due_at IS NOT NULL;
                CREATE INDEX {IndexPrefix}_refused ON {Table} (id) WHERE due_at IS NULL;
            END
            """;

    public override string FindDue =>
        $"{ReadCommitted} SELECT MIN(due_at) FROM {Table} WITH (READPAST) WHERE due_at IS NOT NULL;";

    public override string Lease =>
        $"""
            {ReadCommitted}
            WITH due AS (
                SELECT TOP (@limit) {LeasedColumns}, due_at, lease FROM {Table} WITH (UPDLOCK, READPAST, ROWLOCK)
                WHERE due_at <= @now ORDER BY due_at, id
            )
            UPDATE due SET {LeaseChanges}
            OUTPUT inserted.id, inserted.tenant, inserted.body, inserted.trace_parent, inserted.enqueued_at, inserted.attempts,
                inserted.uncertain_since;
            """;

    public override string ListRefused =>
        $"{ReadCommitted} SELECT TOP (@limit) {RefusedColumns} FROM {Table} WITH (READPAST) "
        + "WHERE due_at IS NULL AND id > @after ORDER BY id;";

    public override string CountWaiting =>
        $"{ReadCommitted} SELECT COUNT_BIG(*), MIN(enqueued_at) FROM {Table} WITH (READPAST) WHERE due_at IS NOT NULL;";

    public override string CountRefused =>
        $"{ReadCommitted} SELECT COUNT_BIG(*) FROM {Table} WITH (READPAST) WHERE due_at IS NULL;";

    private protected override string Ids => "SELECT CAST(value AS bigint) FROM OPENJSON(@ids)";

    private const string ReadCommitted = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;";
}
