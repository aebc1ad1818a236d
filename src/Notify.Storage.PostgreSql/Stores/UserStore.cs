using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Stores the profiles and the preferences of users. Either may be missing.</summary>
internal sealed class UserStore(StoreDatabase database) : IUserStore
{
    private readonly string _save = $"""
        INSERT INTO {database.Schema}."user" (tenant, id, stored) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
        ON CONFLICT (tenant, id) DO UPDATE SET stored = excluded.stored
        """;

    private readonly string _find =
        $"SELECT tenant, id, stored, preferences FROM {database.Schema}.\"user\" WHERE tenant = $1 AND id = ANY($2)";

    private readonly string _list =
        $"SELECT stored FROM {database.Schema}.\"user\" WHERE tenant = $1 AND id > $2 AND id >= $3 AND stored IS NOT NULL "
        + "ORDER BY id LIMIT $4";

    private readonly string _change =
        $"UPDATE {database.Schema}.\"user\" SET stored = $3, preferences = $4 WHERE tenant = $1 AND id = $2";

    private readonly string _insert = $"""
        INSERT INTO {database.Schema}."user" (tenant, id, stored, preferences) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant, id) DO NOTHING
        """;

    // $3 tells whether the condition has seen the user, so that a user who is saved meanwhile stays.
    private readonly string _remove = $"""
        WITH devices AS (DELETE FROM {database.Schema}.device WHERE tenant = $1 AND user_id = $2 RETURNING 1),
            subscriptions AS (DELETE FROM {database.Schema}.subscription WHERE tenant = $1 AND user_id = $2 RETURNING 1),
            users AS (DELETE FROM {database.Schema}."user" WHERE tenant = $1 AND id = $2 AND $3 RETURNING 1)
        SELECT 1 WHERE EXISTS (SELECT FROM users) OR EXISTS (SELECT FROM devices) OR EXISTS (SELECT FROM subscriptions)
        """;

    public async ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken)
    {
        // In one order, so that concurrent imports of the same users do not deadlock.
        User[] rows =
        [
            .. users
                .Reverse()
                .DistinctBy(user => (user.Tenant, user.Id))
                .OrderBy(user => user.Tenant, StringComparer.Ordinal)
                .ThenBy(user => user.Id, StringComparer.Ordinal),
        ];
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        _save,
                        parameters =>
                            parameters
                                .Column(NpgsqlDbType.Text, rows, user => user.Tenant)
                                .Column(NpgsqlDbType.Text, rows, user => user.Id)
                                .Column(NpgsqlDbType.Bytea, rows, StoredForm.WriteUser),
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<UserRecord>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(_find, parameters => parameters.With(tenant).With(ids.ToArray()), row => Read(row, 0), cancellationToken)
            .ConfigureAwait(false);

    public ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new NamePage(tenant, prefix, after, limit).ReadAsync(
            database,
            _list,
            row => StoredForm.ReadUser(row.GetFieldValue<byte[]>(0)),
            user => user.Id,
            cancellationToken
        );

    public async ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    ) =>
        await database
            .TransactAsync(
                async (connection, cancellation) =>
                {
                    while (true)
                    {
                        var known = await FindLockedAsync(connection, tenant, id, cancellation).ConfigureAwait(false);
                        if (change(known ?? new UserRecord { Tenant = tenant, Id = id }) is not { } changed)
                            return false;

                        var written = await connection
                            .ExecuteAsync(
                                known is null ? _insert : _change,
                                parameters =>
                                    parameters
                                        .With(tenant)
                                        .With(id)
                                        .WithOrNull(
                                            NpgsqlDbType.Bytea,
                                            changed.User is { } user ? StoredForm.WriteUser(user) : null
                                        )
                                        .WithOrNull(NpgsqlDbType.Bytea, StoredForm.WritePreferences(changed.Preferences)),
                                cancellation
                            )
                            .ConfigureAwait(false);
                        // An insert finds a row that another transaction has inserted meanwhile. The row is read next.
                        if (written == 1)
                            return true;
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<bool> RemoveAsync(
        string tenant,
        string id,
        Func<UserRecord, bool> condition,
        CancellationToken cancellationToken
    ) =>
        await database
            .TransactAsync(
                async (connection, cancellation) =>
                {
                    var known = await FindLockedAsync(connection, tenant, id, cancellation).ConfigureAwait(false);
                    if (!condition(known ?? new UserRecord { Tenant = tenant, Id = id }))
                        return false;

                    var removed = await connection
                        .QueryAsync(
                            _remove,
                            parameters => parameters.With(tenant).With(id).With(known is not null),
                            row => row.GetInt32(0),
                            cancellation
                        )
                        .ConfigureAwait(false);
                    return removed.Count > 0;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    /// <summary>Reads a user from four columns: tenant, id, profile and preferences.</summary>
    public static UserRecord Read(NpgsqlDataReader row, int first) =>
        StoredForm.ReadUserRecord(
            row.GetString(first),
            row.GetString(first + 1),
            row.IsDBNull(first + 2) ? null : row.GetFieldValue<byte[]>(first + 2),
            row.IsDBNull(first + 3) ? null : row.GetFieldValue<byte[]>(first + 3)
        );

    private async ValueTask<UserRecord?> FindLockedAsync(
        NpgsqlConnection connection,
        string tenant,
        string id,
        CancellationToken cancellationToken
    )
    {
        var users = await connection
            .QueryAsync(
                $"{_find} FOR UPDATE",
                parameters => parameters.With(tenant).With((string[])[id]),
                row => Read(row, 0),
                cancellationToken
            )
            .ConfigureAwait(false);
        return users is [var user] ? user : null;
    }
}
