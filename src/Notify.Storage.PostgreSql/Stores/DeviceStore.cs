using System.Security.Cryptography;
using System.Text;
using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Stores devices.</summary>
internal sealed class DeviceStore(StoreDatabase database) : IDeviceStore
{
    private const string Columns =
        "tenant, id, user_id, platform, token, app, locale, time_zone, registered_at, last_seen_at, pruned_at, prune_reason";

    // A device without an app is compared as one with an empty app, as in the index over tokens.
    private const string HasToken = "tenant = $1 AND token_hash = $2 AND COALESCE(app, '') = COALESCE($3, '')";

    private const string IsSameToken = "known.token = excluded.token AND known.app IS NOT DISTINCT FROM excluded.app";

    private readonly string _removeOthers =
        $"DELETE FROM {database.Schema}.device WHERE {HasToken} AND (user_id <> $4 OR id <> $5)";

    private readonly string _register = $"""
        INSERT INTO {database.Schema}.device AS known
            (tenant, id, user_id, platform, token, token_hash, app, locale, time_zone, registered_at, last_seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (tenant, user_id, id) DO UPDATE SET
            platform = excluded.platform, token = excluded.token, token_hash = excluded.token_hash, app = excluded.app,
            locale = excluded.locale, time_zone = excluded.time_zone, last_seen_at = excluded.last_seen_at,
            registered_at = CASE WHEN {IsSameToken} THEN known.registered_at ELSE excluded.registered_at END,
            pruned_at = CASE WHEN {IsSameToken} AND known.pruned_at >= excluded.last_seen_at THEN known.pruned_at END,
            prune_reason = CASE WHEN {IsSameToken} AND known.pruned_at >= excluded.last_seen_at THEN known.prune_reason END
        """;

    private readonly string _update = $"""
        UPDATE {database.Schema}.device SET locale = $5, time_zone = $6
        WHERE tenant = $1 AND user_id = $2 AND id = $3 AND token = $4
        """;

    private readonly string _find =
        $"SELECT {Columns} FROM {database.Schema}.device WHERE tenant = $1 "
        + "AND user_id = ANY($2) AND pruned_at IS NULL ORDER BY id";

    private readonly string _list =
        $"SELECT {Columns} FROM {database.Schema}.device WHERE tenant = $1 AND user_id = $2 ORDER BY id";

    private readonly string _remove = $"DELETE FROM {database.Schema}.device WHERE tenant = $1 AND user_id = $2 AND id = $3";

    private readonly string _prune = $"""
        UPDATE {database.Schema}.device SET pruned_at = $5, prune_reason = $4
        WHERE {HasToken} AND pruned_at IS NULL AND last_seen_at <= $5
        """;

    public async ValueTask RegisterAsync(Device device, CancellationToken cancellationToken) =>
        await database
            .TransactAsync(
                async (connection, cancellation) =>
                {
                    // Concurrent registrations of one token take turns, so that exactly the last device keeps the token.
                    await AdvisoryLock
                        .TakeAsync(connection, [AdvisoryLock.Create(device.Tenant, device.Token)], cancellation)
                        .ConfigureAwait(false);
                    await connection
                        .ExecuteAsync(
                            _removeOthers,
                            parameters =>
                                WithToken(parameters, device.Tenant, device.App, device.Token)
                                    .With(device.UserId)
                                    .With(device.Id),
                            cancellation
                        )
                        .ConfigureAwait(false);
                    return await connection
                        .ExecuteAsync(_register, parameters => Bind(parameters, device), cancellation)
                        .ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<bool> UpdateAsync(Device device, CancellationToken cancellationToken) =>
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        _update,
                        parameters =>
                            parameters
                                .With(device.Tenant)
                                .With(device.UserId)
                                .With(device.Id)
                                .With(device.Token)
                                .WithOrNull(NpgsqlDbType.Text, device.Locale)
                                .WithOrNull(NpgsqlDbType.Text, device.TimeZone),
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false) > 0;

    public async ValueTask<IReadOnlyList<Device>> FindAsync(
        string tenant,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(_find, parameters => parameters.With(tenant).With(userIds.ToArray()), Read, cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken) =>
        await database
            .QueryAsync(_list, parameters => parameters.With(tenant).With(userId), Read, cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<bool> RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken) =>
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(_remove, parameters => parameters.With(tenant).With(userId).With(id), cancellation),
                cancellationToken
            )
            .ConfigureAwait(false) > 0;

    public async ValueTask<bool> PruneAsync(
        string tenant,
        string? app,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    ) =>
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        _prune,
                        parameters => WithToken(parameters, tenant, app, token).With(reason.ToDatabase()!).With(knownDeadAt),
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false) > 0;

    private static void Bind(NpgsqlParameterCollection parameters, Device device) =>
        parameters
            .With(device.Tenant)
            .With(device.Id)
            .With(device.UserId)
            .With((short)device.Platform)
            .With(device.Token)
            .With(ComputeHash(device.Token))
            .WithOrNull(NpgsqlDbType.Text, device.App)
            .WithOrNull(NpgsqlDbType.Text, device.Locale)
            .WithOrNull(NpgsqlDbType.Text, device.TimeZone)
            .With(device.RegisteredAt)
            .With(device.LastSeenAt);

    /// <summary>Lists the columns that <see cref="Read(NpgsqlDataReader, int)"/> reads, from a table with this alias.</summary>
    public static string GetColumns(string table) => string.Join(", ", Columns.Split(", ").Select(column => $"{table}.{column}"));

    /// <summary>Reads a device from the columns that begin at <paramref name="first"/>.</summary>
    public static Device Read(NpgsqlDataReader row, int first) =>
        new()
        {
            Tenant = row.GetString(first),
            Id = row.GetString(first + 1),
            UserId = row.GetString(first + 2),
            Platform = (Platform)row.GetInt16(first + 3),
            Token = row.GetString(first + 4),
            App = row.TextOrNull(first + 5),
            Locale = row.TextOrNull(first + 6),
            TimeZone = row.TextOrNull(first + 7),
            RegisteredAt = row.Time(first + 8),
            LastSeenAt = row.Time(first + 9),
            PrunedAt = row.TimeOrNull(first + 10),
            PruneReason = row.TextOrNull(first + 11),
        };

    private static Device Read(NpgsqlDataReader row) => Read(row, 0);

    private static NpgsqlParameterCollection WithToken(
        NpgsqlParameterCollection parameters,
        string tenant,
        string? app,
        string token
    ) => parameters.With(tenant).With(ComputeHash(token)).WithOrNull(NpgsqlDbType.Text, app);

    private static byte[] ComputeHash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
