using Notify.Storage.Redis.Connection;
using Notify.Storage.Toolkit;
using StackExchange.Redis;

namespace Notify.Storage.Redis.Caching;

/// <summary>Finds users in Redis, and the others in the store. Changes go to the store.</summary>
internal sealed class CachedUserStore(IUserStore store, CacheEntries entries, KeyNames keys) : IUserStore
{
    public async ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken)
    {
        RedisKey[] changing = [.. users.Select(user => keys.User(user.Tenant, user.Id)).Distinct()];
        var mark = await entries.BeginChangeAsync(changing, cancellationToken).ConfigureAwait(false);
        try
        {
            await store.SaveAsync(users, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await entries.EndChangeAsync(changing, mark).ConfigureAwait(false);
        }
    }

    public async ValueTask<IReadOnlyList<UserRecord>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    )
    {
        string[] wanted = [.. ids.Distinct(StringComparer.Ordinal)];
        var held = await entries
            .FindAsync([.. wanted.Select(id => keys.User(tenant, id))], cancellationToken)
            .ConfigureAwait(false);
        var found = new List<UserRecord>(wanted.Length);
        var missing = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < wanted.Length; i++)
        {
            if (held[i].Data is { } data)
                found.Add(StoredForm.ReadUserRecord(data.Span));
            else
                missing.Add(wanted[i], held[i].Ticket);
        }

        if (missing.Count == 0)
            return found;

        var stored = await store.FindAsync(tenant, [.. missing.Keys], cancellationToken).ConfigureAwait(false);
        await entries
            .FillAsync(
                [
                    .. stored
                        .Where(user => missing[user.Id] is not null)
                        .Select(user => (keys.User(tenant, user.Id), missing[user.Id]!, StoredForm.WriteUserRecord(user))),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. found, .. stored];
    }

    public ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    ) => store.ListAsync(tenant, prefix, after, limit, cancellationToken);

    public ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    ) => ChangeAsync([keys.User(tenant, id)], () => store.UpdateAsync(tenant, id, change, cancellationToken), cancellationToken);

    /// <summary>Removes a user with its devices.</summary>
    public ValueTask<bool> RemoveAsync(
        string tenant,
        string id,
        Func<UserRecord, bool> condition,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            [keys.User(tenant, id), keys.DevicesOfUser(tenant, id)],
            () => store.RemoveAsync(tenant, id, condition, cancellationToken),
            cancellationToken
        );

    private async ValueTask<bool> ChangeAsync(
        RedisKey[] changing,
        Func<ValueTask<bool>> change,
        CancellationToken cancellationToken
    )
    {
        var mark = await entries.BeginChangeAsync(changing, cancellationToken).ConfigureAwait(false);
        try
        {
            return await change().ConfigureAwait(false);
        }
        finally
        {
            await entries.EndChangeAsync(changing, mark).ConfigureAwait(false);
        }
    }
}
