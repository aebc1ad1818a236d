using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Storage.Redis.Connection;
using StackExchange.Redis;

namespace Notify.Storage.Redis.Caching;

/// <summary>Finds devices in Redis, and the others in the store. Changes go to the store.</summary>
internal sealed class CachedDeviceStore(IDeviceStore store, CacheEntries entries, DeviceHolders holders, KeyNames keys)
    : IDeviceStore
{
    public async ValueTask RegisterAsync(Device device, CancellationToken cancellationToken) =>
        await ChangeAsync(
                device.Tenant,
                device.UserId,
                device.Token,
                async () =>
                {
                    await store.RegisterAsync(device, cancellationToken).ConfigureAwait(false);
                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<bool> UpdateAsync(Device device, CancellationToken cancellationToken) =>
        await ChangeAsync(
                device.Tenant,
                device.UserId,
                device.Token,
                () => store.UpdateAsync(device, cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<Device>> FindAsync(
        string tenant,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    )
    {
        if (!await holders.CatchUpAsync(cancellationToken).ConfigureAwait(false))
            return await store.FindAsync(tenant, userIds, cancellationToken).ConfigureAwait(false);

        string[] wanted = [.. userIds.Distinct(StringComparer.Ordinal)];
        var held = await entries
            .FindAsync([.. wanted.Select(id => keys.DevicesOfUser(tenant, id))], cancellationToken)
            .ConfigureAwait(false);
        var found = new List<Device>(wanted.Length);
        var missing = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < wanted.Length; i++)
        {
            if (held[i].Data is { } data)
                found.AddRange(JsonSerializer.Deserialize(data.Span, RedisJson.Default.DeviceArray)!);
            else
                missing.Add(wanted[i], held[i].Ticket);
        }

        if (missing.Count == 0)
            return found;

        var stored = await store.FindAsync(tenant, [.. missing.Keys], cancellationToken).ConfigureAwait(false);
        await FillAsync(tenant, missing, stored.ToLookup(device => device.UserId), cancellationToken).ConfigureAwait(false);
        return [.. found, .. stored];
    }

    public ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken) =>
        store.ListAsync(tenant, userId, cancellationToken);

    public ValueTask<bool> RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken) =>
        ChangeAsync(tenant, userId, null, () => store.RemoveAsync(tenant, userId, id, cancellationToken), cancellationToken);

    public ValueTask<bool> PruneAsync(
        string tenant,
        string? app,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            tenant,
            null,
            token,
            () => store.PruneAsync(tenant, app, token, reason, knownDeadAt, cancellationToken),
            cancellationToken
        );

    // A user without devices also gets an entry.
    private async ValueTask FillAsync(
        string tenant,
        Dictionary<string, string?> tickets,
        ILookup<string, Device> devices,
        CancellationToken cancellationToken
    )
    {
        var filling = await Task.WhenAll(
                tickets
                    .Where(ticket => ticket.Value is not null)
                    .Select(async ticket =>
                    {
                        Device[] theirs = [.. devices[ticket.Key]];
                        var may = await holders.ShowAsync(tenant, ticket.Key, theirs, cancellationToken).ConfigureAwait(false);
                        return (May: may, Key: keys.DevicesOfUser(tenant, ticket.Key), Ticket: ticket.Value!, Devices: theirs);
                    })
            )
            .ConfigureAwait(false);
        await entries
            .FillAsync(
                [
                    .. filling
                        .Where(entry => entry.May)
                        .Select(entry =>
                            (
                                entry.Key,
                                entry.Ticket,
                                JsonSerializer.SerializeToUtf8Bytes(entry.Devices, RedisJson.Default.DeviceArray)
                            )
                        ),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    // The change of a token does not name its user. The entries that may contain the token are looked up before the change, to
    // mark them, and after it, because others may have been filled meanwhile.
    private async ValueTask<bool> ChangeAsync(
        string tenant,
        string? userId,
        string? token,
        Func<ValueTask<bool>> change,
        CancellationToken cancellationToken
    )
    {
        var changing = new HashSet<RedisKey>();
        await AddHoldersAsync(cancellationToken).ConfigureAwait(false);
        if (userId is not null)
            changing.Add(keys.DevicesOfUser(tenant, userId));
        var mark = await entries.BeginChangeAsync(changing, cancellationToken).ConfigureAwait(false);
        try
        {
            return await change().ConfigureAwait(false);
        }
        finally
        {
            await AddHoldersAsync(CancellationToken.None).ConfigureAwait(false);
            await entries.EndChangeAsync(changing, mark).ConfigureAwait(false);
        }

        async ValueTask AddHoldersAsync(CancellationToken cancellation)
        {
            if (token is null)
                return;
            foreach (var holder in await holders.ChangeAsync(tenant, token, cancellation).ConfigureAwait(false))
                changing.Add(keys.DevicesOfUser(tenant, holder));
        }
    }
}

[JsonSerializable(typeof(Device[]))]
internal sealed partial class RedisJson : JsonSerializerContext;
