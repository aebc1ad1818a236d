namespace Notify.Storage.Files;

/// <summary>Keeps users.</summary>
internal sealed class FileUserStore(TenantFiles files) : IUserStore
{
    public ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken)
    {
        files.Change(users.Select(user => user.Tenant), tenants =>
        {
            foreach (var user in users)
                tenants[user.Tenant].Users[user.Id] = user;
            return users.Count;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<User>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<User>>(tenant, data =>
                [.. ids.Distinct().Select(id => data.Users.GetValueOrDefault(id)).OfType<User>()]
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
                [.. data.Users.Keys.TakePage(prefix, after, limit).Select(id => data.Users[id])]
            )
        );

    public ValueTask<bool> UpdateAsync(string tenant, string id, Func<User, User?> change, CancellationToken cancellationToken) =>
        new(files.Change(tenant, data =>
            {
                if (!data.Users.TryGetValue(id, out var user) || change(user) is not { } changed)
                    return false;

                data.Users[id] = changed;
                return true;
            }));

    public ValueTask<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken) =>
        new(files.Change(tenant, data =>
            {
                data.Devices.RemoveAll(device => device.UserId == id);
                foreach (var subscribers in data.Topics.Values)
                    subscribers.Remove(id);
                return data.Users.Remove(id);
            }));
}
