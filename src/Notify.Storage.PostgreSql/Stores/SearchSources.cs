using Notify.Storage.PostgreSql.Queue;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>
/// The notifications that a search examines: a common table expression <c>source</c> with their IDs, newest first.
/// </summary>
internal sealed class SearchSources(string schema)
{
    /// <summary>The number of waiting deliveries up to which a search begins with them.</summary>
    private const int MaxWaiting = 5_000;

    public string Create(ProgressPart? part, int labels) =>
        (part, labels) switch
        {
            (_, > 0) => CreateLabelled(labels),
            (ProgressPart.DeadLetter, _) => CreateEnded("r.state = 2", SearchConditions.IsDead),
            (ProgressPart.Cancelled, _) => CreateEnded(SearchConditions.IsCancelled("r"), SearchConditions.IsStopped),
            (ProgressPart.Waiting, _) => CreateWaiting(),
            _ => $"source AS ({All("")})",
        };

    private string All(string condition) =>
        $"""
            SELECT n.id FROM {schema}.notification n
            WHERE n.tenant = $1 AND n.id >= $2 AND n.id < $3 {condition} ORDER BY n.id DESC LIMIT $5
            """;

    private string CreateLabelled(int labels) =>
        $"""
            source AS (
                SELECT l.notification_id AS id FROM {schema}.notification_label l
                WHERE l.tenant = $1 AND l.kind = $8 AND l.value = $9 AND l.notification_id >= $2
                    AND l.notification_id < $3{NotificationLabels.CreateOthers(schema, labels, firstParameter: 8)}
                ORDER BY l.notification_id DESC LIMIT $5
            )
            """;

    /// <summary>
    /// Jumps from notification to notification through partial indexes, which contain only what ended in this way. A notification
    /// with a million dead letters is one jump.
    /// </summary>
    private string CreateEnded(string row, string expansion) =>
        $"""
            source AS (
                ({Next("$3", row, expansion)})
              UNION ALL
                SELECT next.id FROM source CROSS JOIN LATERAL ({Next("source.id", row, expansion)}) next
            )
            """;

    private string Next(string before, string row, string expansion) =>
        $"""
            SELECT latest.id FROM (
                {Latest("delivery r", "r", before, row)}
              UNION ALL
                {Latest("digest_event r", "r", before, row)}
              UNION ALL
                {Latest("expansion x", "x", before, expansion)}
            ) latest ORDER BY latest.id DESC LIMIT 1
            """;

    private string Latest(string table, string alias, string before, string condition) =>
        $"""
            (SELECT {alias}.notification_id AS id FROM {schema}.{table}
            WHERE {alias}.tenant = $1 AND {condition} AND {alias}.notification_id >= $2 AND {alias}.notification_id < {before}
            ORDER BY {alias}.notification_id DESC LIMIT 1)
            """;

    /// <summary>
    /// Begins with the few that wait, however many have ended since. The index of due deliveries is not in the order of
    /// notifications, and another one would slow down every delivery. If many wait, the search examines all notifications, and
    /// soon finds some.
    /// </summary>
    private string CreateWaiting() =>
        $"""
            lane AS (
                (SELECT d.priority, d.provider FROM {schema}.delivery d WHERE d.due_at IS NOT NULL
                ORDER BY d.priority, d.provider LIMIT 1)
              UNION ALL
                SELECT next.* FROM lane CROSS JOIN LATERAL (
                    SELECT d.priority, d.provider FROM {schema}.delivery d
                    WHERE d.due_at IS NOT NULL AND (d.priority, d.provider) > (lane.priority, lane.provider)
                    ORDER BY d.priority, d.provider LIMIT 1) next
            ),
            waiting AS MATERIALIZED (
                SELECT every.id FROM (
                    SELECT due.id FROM lane CROSS JOIN LATERAL (
                        SELECT d.notification_id AS id FROM {schema}.delivery d
                        WHERE d.due_at IS NOT NULL AND d.priority = lane.priority AND d.provider = lane.provider AND d.tenant = $1
                        LIMIT {MaxWaiting + 1}) due
                  UNION ALL
                    SELECT due.id FROM {schema}.digest g CROSS JOIN LATERAL (
                        SELECT d.notification_id AS id FROM {schema}.digest_event d WHERE d.digest_id = g.id AND d.state = 0
                        LIMIT {MaxWaiting + 1}) due
                    WHERE g.tenant = $1
                  UNION ALL
                    SELECT x.notification_id FROM {schema}.expansion x WHERE x.tenant = $1 AND x.due_at IS NOT NULL
                ) every LIMIT {MaxWaiting + 1}
            ),
            source AS (
                (SELECT DISTINCT waiting.id FROM waiting
                WHERE waiting.id >= $2 AND waiting.id < $3 AND (SELECT count(*) FROM waiting) <= {MaxWaiting}
                ORDER BY waiting.id DESC)
              UNION ALL
                ({All($"AND (SELECT count(*) FROM waiting) > {MaxWaiting}")})
            )
            """;
}
