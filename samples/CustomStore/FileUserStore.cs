using Notify.Storage.Files.Model;

namespace Notify.Storage.Files;

/// <summary>Keeps users: their profiles and their preferences. Either may be missing.</summary>
internal sealed class FileUserStore(TenantFiles files) : IUserStore
{
    public ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken)
    {
        files.Change(users.Select(user => user.Tenant), tenants =>
        {
            foreach (var user in users)
                tenants[user.Tenant].Users[user.Id] = GetUser(tenants[user.Tenant], user.Id) with { User = user };
            return users.Count;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<UserRecord>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<UserRecord>>(tenant, data =>
                [.. ids.Distinct().Select(id => data.Users.GetValueOrDefault(id)).OfType<UserRecord>()]
            )
        );

    public ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<User>>(tenant, data =>
                [
                    .. data
                        .Users.Values.Where(user => user.User is not null)
                        .Select(user => user.Id)
                        .TakePage(prefix, after, limit)
                        .Select(id => data.Users[id].User!),
                ]
            )
        );

    public ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    ) => new(files.Change(tenant, data =>
            {
                if (change(GetUser(data, id)) is not { } changed)
                    return false;

                data.Users[id] = changed;
                return true;
            }));

    public ValueTask<bool> RemoveAsync(
        string tenant,
        string id,
        Func<UserRecord, bool> condition,
        CancellationToken cancellationToken
    ) => new(files.Change(tenant, data =>
            {
                if (!condition(GetUser(data, id)))
                    return false;

                var removed = data.Devices.RemoveAll(device => device.UserId == id) + (data.Users.Remove(id) ? 1 : 0);
                return removed + data.Topics.Values.Count(subscribers => subscribers.Remove(id)) > 0;
            }));

    private static UserRecord GetUser(TenantData data, string id) =>
        data.Users.GetValueOrDefault(id) ?? new UserRecord { Tenant = data.Tenant, Id = id };
}
