using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps devices by tenant, user and id. A token belongs to one of them.</summary>
internal sealed class DeviceStore(DatabaseWriter writer, StoreDatabase database) : IDeviceStore
{
    /// <summary>The columns that <see cref="ReadDevice"/> reads.</summary>
    public const string Columns =
        "tenant, id, user_id, platform, token, app, locale, time_zone, registered_at, last_seen_at, pruned_at, prune_reason";

    private const string OfUser = $"""
        SELECT {Columns}
        FROM notify_device
        WHERE tenant = @tenant AND user_id = @user_id
        """;

    /// <summary>Selects the devices of a user that are not pruned, for <see cref="ReadDevice"/>.</summary>
    public const string Alive = $"{OfUser} AND pruned_at IS NULL ORDER BY id";

    // A device without an app counts as one with the empty app, as in the index of tokens.
    private const string HasToken = "tenant = @tenant AND token = @token AND COALESCE(app, '') = COALESCE(@app, '')";

    public async ValueTask RegisterAsync(Device device, CancellationToken cancellationToken) =>
        await writer
            .RunAsync(
                () =>
                {
                    using var free = new Statement(
                        writer.Connection,
                        $"DELETE FROM notify_device WHERE {HasToken} AND (user_id <> @user_id OR id <> @id)"
                    );
                    free.Bind("@tenant", device.Tenant)
                        .Bind("@token", device.Token)
                        .Bind("@app", device.App)
                        .Bind("@user_id", device.UserId)
                        .Bind("@id", device.Id)
                        .Execute();

                    using var save = new Statement(
                        writer.Connection,
                        """
                        INSERT INTO notify_device (tenant, id, user_id, platform, token, app,
                            locale, time_zone, registered_at, last_seen_at)
                        VALUES (@tenant, @id, @user_id, @platform, @token, @app,
                            @locale, @time_zone, @registered_at, @last_seen_at)
                        ON CONFLICT (tenant, user_id, id) DO UPDATE SET
                            platform = excluded.platform, app = excluded.app, locale = excluded.locale,
                            time_zone = excluded.time_zone, last_seen_at = excluded.last_seen_at, token = excluded.token,
                            registered_at = IIF(token = excluded.token AND app IS excluded.app,
                                registered_at, excluded.registered_at),
                            pruned_at = IIF(token = excluded.token AND app IS excluded.app AND pruned_at >= excluded.last_seen_at,
                                pruned_at, NULL),
                            prune_reason = IIF(token = excluded.token AND app IS excluded.app
                                AND pruned_at >= excluded.last_seen_at,
                                prune_reason, NULL)
                        """
                    );
                    return save.Bind("@tenant", device.Tenant)
                        .Bind("@id", device.Id)
                        .Bind("@user_id", device.UserId)
                        .Bind("@platform", device.Platform.Name)
                        .Bind("@token", device.Token)
                        .Bind("@app", device.App)
                        .Bind("@locale", device.Locale)
                        .Bind("@time_zone", device.TimeZone)
                        .Bind("@registered_at", device.RegisteredAt)
                        .Bind("@last_seen_at", device.LastSeenAt)
                        .Execute();
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<bool> UpdateAsync(Device device, CancellationToken cancellationToken) =>
        writer.RunAsync(
            () =>
            {
                using var statement = new Statement(
                    writer.Connection,
                    """
                    UPDATE notify_device SET locale = @locale, time_zone = @zone
                    WHERE tenant = @tenant AND user_id = @user AND id = @id AND token = @token
                    """
                );
                return statement
                        .Bind("@locale", device.Locale)
                        .Bind("@zone", device.TimeZone)
                        .Bind("@tenant", device.Tenant)
                        .Bind("@user", device.UserId)
                        .Bind("@id", device.Id)
                        .Bind("@token", device.Token)
                        .Execute() == 1;
            },
            cancellationToken
        );

    public ValueTask<IReadOnlyList<Device>> FindAsync(
        string tenant,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) => new(Read(tenant, userIds, Alive));

    public ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken) =>
        new(Read(tenant, [userId], $"{OfUser} ORDER BY id"));

    public ValueTask<bool> RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken) =>
        writer.RunAsync(
            () =>
            {
                using var statement = new Statement(
                    writer.Connection,
                    "DELETE FROM notify_device WHERE tenant = @tenant AND user_id = @user_id AND id = @id"
                );
                return statement.Bind("@tenant", tenant).Bind("@user_id", userId).Bind("@id", id).Execute() == 1;
            },
            cancellationToken
        );

    public ValueTask<bool> PruneAsync(
        string tenant,
        string? app,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    ) =>
        writer.RunAsync(
            () =>
            {
                using var statement = new Statement(
                    writer.Connection,
                    $"""
                    UPDATE notify_device SET pruned_at = @dead_at, prune_reason = @reason
                    WHERE {HasToken} AND pruned_at IS NULL AND last_seen_at <= @dead_at
                    """
                );
                return statement
                        .Bind("@tenant", tenant)
                        .Bind("@token", token)
                        .Bind("@app", app)
                        .Bind("@dead_at", knownDeadAt)
                        .Bind("@reason", reason)
                        .Execute() == 1;
            },
            cancellationToken
        );

    private List<Device> Read(string tenant, IReadOnlyList<string> userIds, string sql)
    {
        using var connection = database.OpenReader();
        using var row = new Statement(connection, sql);
        var devices = new List<Device>(userIds.Count);
        foreach (var user in userIds.Distinct(StringComparer.Ordinal))
        {
            row.Bind("@tenant", tenant).Bind("@user_id", user);
            while (row.Read())
                devices.Add(ReadDevice(row));
        }

        return devices;
    }

    public static Device ReadDevice(Statement row) =>
        new()
        {
            Tenant = row.Text(0),
            Id = row.Text(1),
            UserId = row.Text(2),
            Platform = Platform.Create(row.Text(3)),
            Token = row.Text(4),
            App = row.TextOrNull(5),
            Locale = row.TextOrNull(6),
            TimeZone = row.TextOrNull(7),
            RegisteredAt = row.Time(8),
            LastSeenAt = row.Time(9),
            PrunedAt = row.TimeOrNull(10),
            PruneReason = row.TextOrNull(11),
        };
}
