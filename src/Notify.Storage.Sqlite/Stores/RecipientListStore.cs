using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Lists devices and subscriptions for jobs. The primary key and an index give the order.</summary>
internal sealed class RecipientListStore(StoreDatabase database) : IRecipientListStore
{
    public ValueTask<IReadOnlyList<Device>> ListDevicesAsync(
        string tenant,
        DevicePosition? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var row = new Statement(
            connection,
            $"""
            SELECT {DeviceStore.Columns} FROM notify_device
            WHERE tenant = @tenant AND (user_id, id) > (@user_id, @id)
            ORDER BY user_id, id LIMIT @limit
            """
        );
        // The empty texts come before all IDs, which have at least one character.
        row.Bind("@tenant", tenant).Bind("@user_id", after?.UserId ?? "").Bind("@id", after?.Id ?? "").Bind("@limit", limit);
        var devices = new List<Device>();
        while (row.Read())
            devices.Add(DeviceStore.ReadDevice(row));
        return new(devices);
    }

    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(string tenant, string userId, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var row = new Statement(
            connection,
            "SELECT topic FROM notify_subscription WHERE tenant = @tenant AND user_id = @user_id"
        );
        row.Bind("@tenant", tenant).Bind("@user_id", userId);
        var topics = new List<string>();
        while (row.Read())
            topics.Add(row.Text(0));
        return new(topics);
    }
}
