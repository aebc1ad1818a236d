using Notify.Storage.PostgreSql.Connection;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Lists devices and subscriptions for jobs. The primary key and an index give the order.</summary>
internal sealed class RecipientListStore(StoreDatabase database) : IRecipientListStore
{
    private readonly string _devices = $"""
        SELECT {DeviceStore.GetColumns("d")} FROM {database.Schema}.device d
        WHERE tenant = $1 AND (user_id, id) > ($2, $3)
        ORDER BY user_id, id LIMIT $4
        """;

    private readonly string _topics = $"SELECT topic FROM {database.Schema}.subscription WHERE tenant = $1 AND user_id = $2";

    public async ValueTask<IReadOnlyList<Device>> ListDevicesAsync(
        string tenant,
        DevicePosition? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(
                _devices,
                // The empty texts come before all IDs, which have at least one character.
                parameters => parameters.With(tenant).With(after?.UserId ?? "").With(after?.Id ?? "").With(limit),
                row => DeviceStore.Read(row, 0),
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        string tenant,
        string userId,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(_topics, parameters => parameters.With(tenant).With(userId), row => row.GetString(0), cancellationToken)
            .ConfigureAwait(false);
}
