namespace Notify.Storage.Files;

/// <summary>Keeps the subscribers of topics.</summary>
internal sealed class FileTopicStore(TenantFiles files) : ITopicStore
{
    public ValueTask SubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    )
    {
        files.Change(tenant, data =>
        {
            if (userIds.Count > 0)
                data.Topics.TryAdd(topic, []);
            data.Topics.GetValueOrDefault(topic)?.UnionWith(userIds);
            return userIds.Count;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    )
    {
        files.Change(tenant, data =>
        {
            data.Topics.GetValueOrDefault(topic)?.ExceptWith(userIds);
            return userIds.Count;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<string>> ListAsync(
        string tenant,
        string topic,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<string>>(tenant, data =>
                [.. data.Topics.GetValueOrDefault(topic, []).TakePage(prefix: "", after, limit)]
            )
        );

    public ValueTask<long?> CountAsync(string tenant, string topic, CancellationToken cancellationToken) =>
        new(files.Read<long?>(tenant, data => data.Topics.GetValueOrDefault(topic)?.Count));

    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) => new(files.Read<IReadOnlyList<string>>(tenant, data => [.. data.Topics.Keys.TakePage(prefix, after, limit)]));
}
