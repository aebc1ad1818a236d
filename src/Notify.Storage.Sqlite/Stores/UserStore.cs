using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps the profiles and the preferences of users as JSON, by tenant and id. Either may be missing.</summary>
internal sealed class UserStore(DatabaseWriter writer, StoreDatabase database) : IUserStore
{
    /// <summary>Selects a user by tenant and id, for <see cref="ReadUser"/>.</summary>
    public const string Select = "SELECT body, preferences FROM notify_user WHERE tenant = @tenant AND id = @id";

    public async ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken) =>
        await writer
            .RunAsync(
                () =>
                {
                    using var statement = new Statement(
                        writer.Connection,
                        """
                        INSERT INTO notify_user (tenant, id, body) VALUES (@tenant, @id, @body)
                        ON CONFLICT (tenant, id) DO UPDATE SET body = excluded.body
                        """
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

    public ValueTask<IReadOnlyList<UserRecord>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, Select);
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
            NamePageReader.Read(
                database,
                """
                SELECT id, body FROM notify_user WHERE tenant = @tenant AND id > @after AND id >= @prefix
                    AND body IS NOT NULL
                ORDER BY id LIMIT @limit
                """,
                new NamePage(tenant, prefix, after, limit),
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
                    """
                    INSERT OR REPLACE INTO notify_user (tenant, id, body, preferences)
                    VALUES (@tenant, @id, @body, @preferences)
                    """
                );
                return keep.Bind("@tenant", tenant)
                        .Bind("@id", id)
                        .Bind("@body", changed.User is { } user ? StoredForm.WriteUser(user) : null)
                        .Bind("@preferences", StoredForm.WritePreferences(changed.Preferences))
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

    /// <summary>Reads one user with a statement of <see cref="Select"/>, which can be used again.</summary>
    public static UserRecord? ReadUser(Statement find, string tenant, string id)
    {
        find.Bind("@tenant", tenant).Bind("@id", id);
        var user = find.Read() ? StoredForm.ReadUserRecord(tenant, id, find.BlobOrNull(0), find.BlobOrNull(1)) : null;
        find.Reset();
        return user;
    }

    private UserRecord? FindForChange(string tenant, string id)
    {
        using var find = new Statement(writer.Connection, Select);
        return ReadUser(find, tenant, id);
    }
}
