namespace Notify.Storage.Files;

/// <summary>Keeps devices.</summary>
internal sealed class FileDeviceStore(TenantFiles files) : IDeviceStore
{
    public ValueTask RegisterAsync(Device device, CancellationToken cancellationToken)
    {
        files.Change(device.Tenant, data =>
        {
            var known = data.Devices.Find(other => other.UserId == device.UserId && other.Id == device.Id);
            var hasSameToken = known is not null && known.Token == device.Token && known.App == device.App;
            // The vendor rejected the token after the app had been seen with it for the last time.
            var isStillPruned = hasSameToken && known!.PrunedAt >= device.LastSeenAt;
            data.Devices.RemoveAll(other => other == known || (other.App == device.App && other.Token == device.Token));
            data.Devices.Add(
                device with
                {
                    RegisteredAt = hasSameToken ? known!.RegisteredAt : device.RegisteredAt,
                    PrunedAt = isStillPruned ? known!.PrunedAt : null,
                    PruneReason = isStillPruned ? known!.PruneReason : null,
                }
            );
            return true;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> UpdateAsync(Device device, CancellationToken cancellationToken) =>
        new(files.Change(device.Tenant, data =>
            {
                var index = data.Devices.FindIndex(known =>
                    known.UserId == device.UserId && known.Id == device.Id && known.Token == device.Token
                );
                if (index < 0)
                    return false;

                data.Devices[index] = data.Devices[index] with { Locale = device.Locale, TimeZone = device.TimeZone };
                return true;
            }));

    public ValueTask<IReadOnlyList<Device>> FindAsync(
        string tenant,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) => new(List(tenant, device => device.PrunedAt is null && userIds.Contains(device.UserId)));

    public ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken) =>
        new(List(tenant, device => device.UserId == userId));

    public ValueTask<bool> RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken) =>
        new(files.Change(tenant, data => data.Devices.RemoveAll(device => device.UserId == userId && device.Id == id) > 0));

    public ValueTask<bool> PruneAsync(
        string tenant,
        string? app,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    ) => new(files.Change(tenant, data =>
            {
                var index = data.Devices.FindIndex(device => device.App == app && device.Token == token);
                if (index < 0 || data.Devices[index] is not { PrunedAt: null } device || device.LastSeenAt > knownDeadAt)
                    return false;

                data.Devices[index] = device with { PrunedAt = knownDeadAt, PruneReason = reason };
                return true;
            }));

    private IReadOnlyList<Device> List(string tenant, Func<Device, bool> isListed) =>
        files.Read<IReadOnlyList<Device>>(tenant, data =>
            [.. data.Devices.Where(isListed).OrderBy(device => device.Id, StringComparer.Ordinal)]
        );
}
