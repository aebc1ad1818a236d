using Notify.Recipients;

namespace Notify.Storage.Sqlite;

/// <summary>Subscriptions, by tenant, topic and user.</summary>
internal sealed class SqliteTopicStore(SqliteWriter writer, SqliteDatabase database) : ITopicStore
{
    public ValueTask SubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) =>
        ForEachAsync(
            "INSERT OR IGNORE INTO notify_subscription (tenant, topic, user_id) VALUES (?1, ?2, ?3)",
            tenant,
            topic,
            userIds,
            cancellationToken
        );

    public ValueTask UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) =>
        ForEachAsync(
            "DELETE FROM notify_subscription WHERE tenant = ?1 AND topic = ?2 AND user_id = ?3",
            tenant,
            topic,
            userIds,
            cancellationToken
        );

    public ValueTask<IReadOnlyList<string>> ListAsync(
        string tenant,
        string topic,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var statement = new SqliteStatement(
            connection,
            "SELECT user_id FROM notify_subscription WHERE tenant = ?1 AND topic = ?2 AND user_id > ?3 ORDER BY user_id LIMIT ?4"
        );
        statement.Bind(1, tenant).Bind(2, topic).Bind(3, after).Bind(4, limit);
        var users = new List<string>();
        while (statement.Read())
            users.Add(statement.Text(0));
        return new(users);
    }

    public ValueTask<long> CountAsync(string tenant, string topic, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new SqliteStatement(
            connection,
            "SELECT COUNT(*) FROM notify_subscription WHERE tenant = ?1 AND topic = ?2"
        );
        statement.Bind(1, tenant).Bind(2, topic).Read();
        return new(statement.Int64(0));
    }

    private async ValueTask ForEachAsync(
        string sql,
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) =>
        await writer
            .RunAsync(
                () =>
                {
                    using var statement = new SqliteStatement(writer.Connection, sql);
                    foreach (var userId in userIds)
                        statement.Bind(1, tenant).Bind(2, topic).Bind(3, userId).Execute();
                    return userIds.Count;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
}
