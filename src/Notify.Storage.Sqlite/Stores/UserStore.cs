using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps the profiles and the preferences of users as JSON, by tenant and id. Either may be missing.</summary>
internal sealed class UserStore(DatabaseWriter writer, StoreDatabase database) : IUserStore
{
    /// <summary>Selects a user by tenant and id, for <see cref="ReadUser"/>.</summary>
    public const string Find = "SELECT body, preferences FROM notify_user WHERE tenant = ?1 AND id = ?2";

    public async ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken) =>
        await writer
            .RunAsync(
                () =>
                {
                    using var statement = new Statement(
                        writer.Connection,
                        """
                        INSERT INTO notify_user (tenant, id, body) VALUES (?1, ?2, ?3)
                        ON CONFLICT (tenant, id) DO UPDATE SET body = excluded.body
                        """
                    );
                    foreach (var user in users)
                        statement.Bind(1, user.Tenant).Bind(2, user.Id).Bind(3, StoredForm.WriteUser(user)).Execute();
                    return users.Count;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<IReadOnlyList<UserRecord>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, Find);
        var users = new List<UserRecord>(ids.Count);
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            if (ReadUser(statement, tenant, id) is { } user)
                users.Add(user);
        }

        return new(users);
    }

    public ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            NamePage.ReadPage(
                database,
                """
                SELECT id, body FROM notify_user
                WHERE tenant = ?1 AND id > ?2 AND id >= ?3 AND body IS NOT NULL ORDER BY id LIMIT ?4
                """,
                new SqlitePage(tenant, prefix, after, limit),
                row => StoredForm.ReadUser(row.Blob(1))
            )
        );

    public ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    ) =>
        writer.RunAsync(
            () =>
            {
                var known = FindForChange(tenant, id) ?? new UserRecord { Tenant = tenant, Id = id };
                if (change(known) is not { } changed)
                    return false;

                using var keep = new Statement(
                    writer.Connection,
                    "INSERT OR REPLACE INTO notify_user (tenant, id, body, preferences) VALUES (?1, ?2, ?3, ?4)"
                );
                return keep.Bind(1, tenant)
                        .Bind(2, id)
                        .Bind(3, changed.User is { } user ? StoredForm.WriteUser(user) : null)
                        .Bind(4, StoredForm.WritePreferences(changed.Preferences))
                        .Execute() == 1;
            },
            cancellationToken
        );

    public ValueTask<bool> RemoveAsync(
        string tenant,
        string id,
        Func<UserRecord, bool> condition,
        CancellationToken cancellationToken
    ) =>
        writer.RunAsync(
            () =>
            {
                if (FindForChange(tenant, id) is not { } known || !condition(known))
                    return false;

                Delete("DELETE FROM notify_device WHERE tenant = ?1 AND user_id = ?2");
                Delete("DELETE FROM notify_subscription WHERE tenant = ?1 AND user_id = ?2");
                return Delete("DELETE FROM notify_user WHERE tenant = ?1 AND id = ?2") == 1;

                int Delete(string sql)
                {
                    using var statement = new Statement(writer.Connection, sql);
                    return statement.Bind(1, tenant).Bind(2, id).Execute();
                }
            },
            cancellationToken
        );

    /// <summary>Reads one user with a statement of <see cref="Find"/>, which can be used again.</summary>
    public static UserRecord? ReadUser(Statement find, string tenant, string id)
    {
        find.Bind(1, tenant).Bind(2, id);
        var user = find.Read() ? StoredForm.ReadUserRecord(tenant, id, find.BlobOrNull(0), find.BlobOrNull(1)) : null;
        find.Reset();
        return user;
    }

    private UserRecord? FindForChange(string tenant, string id)
    {
        using var find = new Statement(writer.Connection, Find);
        return ReadUser(find, tenant, id);
    }
}
