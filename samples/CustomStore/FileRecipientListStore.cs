namespace Notify.Storage.Files;

/// <summary>Lists devices and subscriptions for jobs.</summary>
internal sealed class FileRecipientListStore(TenantFiles files) : IRecipientListStore
{
    public ValueTask<IReadOnlyList<Device>> ListDevicesAsync(
        string tenant,
        DevicePosition? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<Device>>(tenant, data =>
                [
                    .. data
                        .Devices.Where(device => after is null || Compare(device, after) > 0)
                        .OrderBy(device => device.UserId, StringComparer.Ordinal)
                        .ThenBy(device => device.Id, StringComparer.Ordinal)
                        .Take(limit),
                ]
            )
        );

    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(string tenant, string userId, CancellationToken cancellationToken) =>
        new(
            files.Read<IReadOnlyList<string>>(tenant, data =>
                [.. data.Topics.Where(topic => topic.Value.Contains(userId)).Select(topic => topic.Key)]
            )
        );

    private static int Compare(Device device, DevicePosition after) =>
        string.CompareOrdinal(device.UserId, after.UserId) is not 0 and var order
            ? order
            : string.CompareOrdinal(device.Id, after.Id);
}
