using Notify.Storage.PostgreSql.Connection;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Stores topics and their subscribers.</summary>
internal sealed class TopicStore(StoreDatabase database) : ITopicStore
{
    private readonly string _subscribe = $"""
        WITH created AS (
            INSERT INTO {database.Schema}.topic (tenant, topic) SELECT $1, $2 WHERE cardinality($3) > 0 ON CONFLICT DO NOTHING
        )
        INSERT INTO {database.Schema}.subscription (tenant, topic, user_id)
        SELECT $1, $2, user_id FROM unnest($3::text[]) AS user_id
        ON CONFLICT DO NOTHING
        """;

    private readonly string _unsubscribe =
        $"DELETE FROM {database.Schema}.subscription WHERE tenant = $1 AND topic = $2 AND user_id = ANY($3)";

    private readonly string _list =
        $"SELECT user_id FROM {database.Schema}.subscription WHERE tenant = $1 "
        + "AND topic = $2 AND user_id > $3 ORDER BY user_id LIMIT $4";

    private readonly string _topics =
        $"SELECT topic FROM {database.Schema}.topic WHERE tenant = $1 AND topic > $2 AND topic >= $3 ORDER BY topic LIMIT $4";

    private readonly string _count = $"""
        SELECT (SELECT COALESCE(sum(count), 0)::bigint FROM {database.Schema}.topic_count WHERE tenant = $1 AND topic = $2)
        FROM {database.Schema}.topic WHERE tenant = $1 AND topic = $2
        """;

    public ValueTask SubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) => ChangeAsync(_subscribe, tenant, topic, userIds, cancellationToken);

    public ValueTask UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) => ChangeAsync(_unsubscribe, tenant, topic, userIds, cancellationToken);

    public async ValueTask<IReadOnlyList<string>> ListAsync(
        string tenant,
        string topic,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(
                _list,
                parameters => parameters.With(tenant).With(topic).With(after).With(limit),
                row => row.GetString(0),
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new NamePage(tenant, prefix, after, limit).ReadAsync(
            database,
            _topics,
            row => row.GetString(0),
            topic => topic,
            cancellationToken
        );

    public async ValueTask<long?> CountAsync(string tenant, string topic, CancellationToken cancellationToken)
    {
        var counts = await database
            .QueryAsync(_count, parameters => parameters.With(tenant).With(topic), row => row.GetInt64(0), cancellationToken)
            .ConfigureAwait(false);
        return counts is [var count] ? count : null;
    }

    // In one order, so that callers that change the same subscriptions do not deadlock.
    private async ValueTask ChangeAsync(
        string sql,
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) =>
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        sql,
                        parameters => parameters.With(tenant).With(topic).With(userIds.Order(StringComparer.Ordinal).ToArray()),
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
}
