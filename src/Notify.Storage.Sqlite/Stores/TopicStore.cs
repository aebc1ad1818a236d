using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps subscriptions by tenant, topic and user, and the topics that ever had one.</summary>
internal sealed class TopicStore(DatabaseWriter writer, StoreDatabase database) : ITopicStore
{
    public ValueTask SubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) =>
        ForEachAsync(
            "INSERT OR IGNORE INTO notify_subscription (tenant, topic, user_id) VALUES (@tenant, @topic, @user_id)",
            tenant,
            topic,
            userIds,
            cancellationToken,
            first: "INSERT OR IGNORE INTO notify_topic (tenant, topic) VALUES (@tenant, @topic)"
        );

    public ValueTask UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) =>
        ForEachAsync(
            "DELETE FROM notify_subscription WHERE tenant = @tenant AND topic = @topic AND user_id = @user_id",
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
        using var statement = new Statement(
            connection,
            """
            SELECT user_id FROM notify_subscription WHERE tenant = @tenant AND topic = @topic AND user_id > @after
            ORDER BY user_id LIMIT @limit
            """
        );
        statement.Bind("@tenant", tenant).Bind("@topic", topic).Bind("@after", after).Bind("@limit", limit);
        var users = new List<string>();
        while (statement.Read())
            users.Add(statement.Text(0));
        return new(users);
    }

    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            NamePageReader.Read(
                database,
                """
                SELECT topic FROM notify_topic WHERE tenant = @tenant AND topic > @after AND topic >= @prefix
                ORDER BY topic LIMIT @limit
                """,
                new NamePage(tenant, prefix, after, limit),
                row => row.Text(0)
            )
        );

    public ValueTask<long?> CountAsync(string tenant, string topic, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(
            connection,
            """
            SELECT (SELECT COUNT(*) FROM notify_subscription WHERE tenant = @tenant AND topic = @topic)
            FROM notify_topic WHERE tenant = @tenant AND topic = @topic
            """
        );
        statement.Bind("@tenant", tenant).Bind("@topic", topic);
        return new(statement.Read() ? statement.Int64(0) : null);
    }

    private async ValueTask ForEachAsync(
        string sql,
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken,
        string? first = null
    ) =>
        await writer
            .RunAsync(
                () =>
                {
                    if (first is not null && userIds.Count > 0)
                    {
                        using var before = new Statement(writer.Connection, first);
                        before.Bind("@tenant", tenant).Bind("@topic", topic).Execute();
                    }

                    using var statement = new Statement(writer.Connection, sql);
                    foreach (var userId in userIds)
                        statement.Bind("@tenant", tenant).Bind("@topic", topic).Bind("@user_id", userId).Execute();
                    return userIds.Count;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
}
