using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps users as JSON, by tenant and id.</summary>
internal sealed class UserStore(DatabaseWriter writer, StoreDatabase database) : IUserStore
{
    public async ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken) =>
        await writer
            .RunAsync(
                () =>
                {
                    using var statement = new Statement(
                        writer.Connection,
                        "INSERT OR REPLACE INTO notify_user (tenant, id, body) VALUES (?1, ?2, ?3)"
                    );
                    foreach (var user in users)
                        statement.Bind(1, user.Tenant).Bind(2, user.Id).Bind(3, StoredForm.WriteUser(user)).Execute();
                    return users.Count;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<IReadOnlyList<User>> FindAsync(string tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, "SELECT body FROM notify_user WHERE tenant = ?1 AND id = ?2");
        var users = new List<User>(ids.Count);
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            statement.Bind(1, tenant).Bind(2, id);
            if (statement.Read())
                users.Add(StoredForm.ReadUser(statement.Blob(0)));
            statement.Reset();
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
                "SELECT id, body FROM notify_user WHERE tenant = ?1 AND id > ?2 AND id >= ?3 ORDER BY id LIMIT ?4",
                new SqlitePage(tenant, prefix, after, limit),
                row => StoredForm.ReadUser(row.Blob(1))
            )
        );

    public ValueTask<bool> UpdateAsync(string tenant, string id, Func<User, User?> change, CancellationToken cancellationToken) =>
        writer.RunAsync(
            () =>
            {
                using var find = new Statement(writer.Connection, "SELECT body FROM notify_user WHERE tenant = ?1 AND id = ?2");
                find.Bind(1, tenant).Bind(2, id);
                if (!find.Read() || change(StoredForm.ReadUser(find.Blob(0))) is not { } changed)
                    return false;

                using var keep = new Statement(
                    writer.Connection,
                    "UPDATE notify_user SET body = ?3 WHERE tenant = ?1 AND id = ?2"
                );
                return keep.Bind(1, tenant).Bind(2, id).Bind(3, StoredForm.WriteUser(changed)).Execute() == 1;
            },
            cancellationToken
        );

    public ValueTask<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken) =>
        writer.RunAsync(
            () =>
            {
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
}
