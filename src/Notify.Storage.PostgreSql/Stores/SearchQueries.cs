namespace Notify.Storage.PostgreSql.Stores;

/// <summary>The queries of a search. The parameters are those of <see cref="NotificationSearcher"/>.</summary>
internal sealed class SearchQueries(string schema)
{
    private readonly SearchSources _sources = new(schema);
    private readonly SearchConditions _conditions = new(schema);

    /// <summary>Creates the query for notifications with a part of progress, perhaps a channel, and a number of labels.</summary>
    /// <remarks>
    /// One statement, so that a notification that is stored meanwhile does not move the end. Both references read the same rows
    /// of the source, which the server computes as far as they are needed. It reads them in their order, also without ORDER BY,
    /// which would compute all of them.
    /// </remarks>
    public string Create(ProgressPart? part, bool hasChannel, int labels) =>
        $"""
            WITH RECURSIVE {_sources.Create(part, labels)},
            examined AS (SELECT id FROM source LIMIT $5),
            found AS MATERIALIZED (
                SELECT e.id FROM examined e
                WHERE {_conditions.Create(part)} AND {(hasChannel ? _conditions.HasChannel : "true")} LIMIT $4
            )
            SELECT found.id, n.accepted_at, n.expires_at, n.trigger, false FROM found
            LEFT JOIN LATERAL (
                SELECT {NotificationStore.SummaryColumns} FROM {schema}.notification n
                WHERE n.id = found.id AND n.tenant = $1 AND {RetentionStore.IsKept(schema)}
                OFFSET 0) n ON true
            UNION ALL
            SELECT last.id, NULL, NULL, NULL, true FROM (SELECT id FROM examined OFFSET $5 - 1 LIMIT 1) last
            WHERE (SELECT count(*) FROM found) < $4
            """;
}
