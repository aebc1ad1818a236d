using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Stores users.</summary>
internal sealed class UserStore(StoreDatabase database) : IUserStore
{
    private readonly string _save = $"""
        INSERT INTO {database.Schema}."user" (tenant, id, stored) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
        ON CONFLICT (tenant, id) DO UPDATE SET stored = excluded.stored
        """;

    private readonly string _find = $"SELECT stored FROM {database.Schema}.\"user\" WHERE tenant = $1 AND id = ANY($2)";

    private readonly string _list =
        $"SELECT stored FROM {database.Schema}.\"user\" WHERE tenant = $1 AND id > $2 AND id >= $3 ORDER BY id LIMIT $4";

    private readonly string _change = $"UPDATE {database.Schema}.\"user\" SET stored = $3 WHERE tenant = $1 AND id = $2";

    private readonly string _remove = $"""
        WITH devices AS (DELETE FROM {database.Schema}.device WHERE tenant = $1 AND user_id = $2),
            subscriptions AS (DELETE FROM {database.Schema}.subscription WHERE tenant = $1 AND user_id = $2)
        DELETE FROM {database.Schema}."user" WHERE tenant = $1 AND id = $2
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

    public async ValueTask<IReadOnlyList<User>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    ) =>
        await database
            .QueryAsync(
                _find,
                parameters => parameters.With(tenant).With(ids.ToArray()),
                row => StoredForm.ReadUser(row.GetFieldValue<byte[]>(0)),
                cancellationToken
            )
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
        Func<User, User?> change,
        CancellationToken cancellationToken
    ) =>
        await database
            .TransactAsync(
                async (connection, cancellation) =>
                {
                    var users = await connection
                        .QueryAsync(
                            $"{_find} FOR UPDATE",
                            parameters => parameters.With(tenant).With((string[])[id]),
                            row => StoredForm.ReadUser(row.GetFieldValue<byte[]>(0)),
                            cancellation
                        )
                        .ConfigureAwait(false);
                    if (users is not [var user] || change(user) is not { } changed)
                        return false;

                    return await connection
                            .ExecuteAsync(
                                _change,
                                parameters => parameters.With(tenant).With(id).With(StoredForm.WriteUser(changed)),
                                cancellation
                            )
                            .ConfigureAwait(false) == 1;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken) =>
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(_remove, parameters => parameters.With(tenant).With(id), cancellation),
                cancellationToken
            )
            .ConfigureAwait(false) > 0;
}
