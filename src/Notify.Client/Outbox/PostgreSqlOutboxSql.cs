namespace Notify.Client.Outbox;

/// <summary>The statements for PostgreSQL.</summary>
internal sealed class PostgreSqlOutboxSql(string table) : OutboxSql(table)
{
    public override string CreateTable =>
        $"""
            CREATE TABLE IF NOT EXISTS {Table} (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                tenant text NOT NULL,
                body text NOT NULL,
                trace_parent text,
                enqueued_at bigint NOT NULL,
                due_at bigint,
                lease text,
                attempts integer NOT NULL,
                uncertain_since bigint,
                refused_at bigint,
                code text,
                reason text
            );
            CREATE INDEX IF NOT EXISTS {IndexPrefix}_due ON {Table} (due_at, id) WHERE due_at IS NOT NULL;
            CREATE INDEX IF NOT EXISTS {IndexPrefix}_refused ON {Table} (id) WHERE due_at IS NULL;
            """;

    // The rows are chosen once, whatever plan the join with them gets.
    public override string Lease =>
        $"""
            WITH due AS MATERIALIZED (
                SELECT id FROM {Table} WHERE due_at <= @now ORDER BY due_at, id LIMIT @limit FOR UPDATE SKIP LOCKED
            )
            UPDATE {Table} AS t SET {LeaseChanges} FROM due WHERE t.id = due.id
            RETURNING t.id, tenant, body, trace_parent, enqueued_at, attempts, uncertain_since
            """;

    public override string ListRefused =>
        $"SELECT {RefusedColumns} FROM {Table} WHERE due_at IS NULL AND id > @after ORDER BY id LIMIT @limit";

    private protected override string Ids => "SELECT value::bigint FROM json_array_elements_text(@ids::json)";
}
