using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps users as JSON, by tenant and id.</summary>
internal sealed class UserStore(DatabaseWriter writer, StoreDatabase database) : IUserStore
{
    /// <summary>Selects a user's body, for <see cref="StoredForm.ReadUser"/>.</summary>
    public const string Select = "SELECT body FROM notify_user WHERE tenant = @tenant AND id = @id";

    public async ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken) =>
        await writer
            .RunAsync(
                () =>
                {
                    using var statement = new Statement(
                        writer.Connection,
                        "INSERT OR REPLACE INTO notify_user (tenant, id, body) VALUES (@tenant, @id, @body)"
                    );
                    foreach (var user in users)
                        statement
                            .Bind("@tenant", user.Tenant)
                            .Bind("@id", user.Id)
                            .Bind("@body", StoredForm.WriteUser(user))
                            .Execute();
                    return users.Count;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<IReadOnlyList<User>> FindAsync(string tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, Select);
        var users = new List<User>(ids.Count);
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            statement.Bind("@tenant", tenant).Bind("@id", id);
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
            NamePageReader.Read(
                database,
                """
                SELECT id, body FROM notify_user WHERE tenant = @tenant AND id > @after AND id >= @prefix
                ORDER BY id LIMIT @limit
                """,
                new NamePage(tenant, prefix, after, limit),
                row => StoredForm.ReadUser(row.Blob(1))
            )
        );

    public ValueTask<bool> UpdateAsync(string tenant, string id, Func<User, User?> change, CancellationToken cancellationToken) =>
        writer.RunAsync(
            () =>
            {
                using var find = new Statement(writer.Connection, Select);
                find.Bind("@tenant", tenant).Bind("@id", id);
                if (!find.Read() || change(StoredForm.ReadUser(find.Blob(0))) is not { } changed)
                    return false;

                using var keep = new Statement(
                    writer.Connection,
                    "UPDATE notify_user SET body = @body WHERE tenant = @tenant AND id = @id"
                );
                return keep.Bind("@tenant", tenant).Bind("@id", id).Bind("@body", StoredForm.WriteUser(changed)).Execute() == 1;
            },
            cancellationToken
        );

    public ValueTask<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken) =>
        writer.RunAsync(
            () =>
            {
                Delete("DELETE FROM notify_device WHERE tenant = @tenant AND user_id = @id");
                Delete("DELETE FROM notify_subscription WHERE tenant = @tenant AND user_id = @id");
                return Delete("DELETE FROM notify_user WHERE tenant = @tenant AND id = @id") == 1;

                int Delete(string sql)
                {
                    using var statement = new Statement(writer.Connection, sql);
                    return statement.Bind("@tenant", tenant).Bind("@id", id).Execute();
                }
            },
            cancellationToken
        );
}
