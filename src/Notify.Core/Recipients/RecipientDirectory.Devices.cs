namespace Notify.Core.Recipients;

/// <summary>This part registers, changes, lists and removes devices.</summary>
internal sealed partial class RecipientDirectory
{
    public async Task RegisterDeviceAsync(Device device, CancellationToken cancellationToken = default)
    {
        InvalidRequestException.ThrowIfAny(Validate(device));
        var now = time.GetUtcNow();
        await devices
            .RegisterAsync(
                device with
                {
                    RegisteredAt = now,
                    LastSeenAt = now,
                    PrunedAt = null,
                    PruneReason = null,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        await events.PublishAsync(NotifyEventTypes.DeviceRegistered, device, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> UpdateDeviceAsync(Device device, CancellationToken cancellationToken = default)
    {
        InvalidRequestException.ThrowIfAny(Validate(device));
        if (!await devices.UpdateAsync(device, cancellationToken).ConfigureAwait(false))
            return false;

        await events.PublishAsync(NotifyEventTypes.DeviceUpdated, device, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public async Task<Device?> FindDeviceAsync(
        string tenant,
        string userId,
        string id,
        CancellationToken cancellationToken = default
    ) =>
        (await ListDevicesAsync(tenant, userId, cancellationToken).ConfigureAwait(false)).FirstOrDefault(device =>
            device.Id == id
        );

    public async Task<IReadOnlyList<Device>> ListDevicesAsync(
        string tenant,
        string userId,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(userId);
        return await devices.ListAsync(tenant, userId, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> RemoveDeviceAsync(
        string tenant,
        string userId,
        string id,
        CancellationToken cancellationToken = default
    )
    {
        if (
            await FindDeviceAsync(tenant, userId, id, cancellationToken).ConfigureAwait(false) is not { } device
            || !await devices.RemoveAsync(tenant, userId, id, cancellationToken).ConfigureAwait(false)
        )
        {
            return false;
        }

        await events.PublishAsync(NotifyEventTypes.DeviceRemoved, device, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
