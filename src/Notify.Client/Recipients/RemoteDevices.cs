using Notify.Client.Calls;

namespace Notify.Client.Recipients;

/// <summary>The devices of users.</summary>
internal sealed class RemoteDevices(ServiceCalls service)
{
    /// <summary>The first character of a token that the service shortened.</summary>
    private const char Mark = '…';

    public Task RegisterAsync(Device device, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(device);
        return SaveAsync(
            device,
            new DeviceBody(device.Platform, device.Token, device.App, device.Locale, device.TimeZone),
            cancellationToken
        );
    }

    public async Task<bool> UpdateAsync(Device device, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(device);
        var known = await FindAsync(device.Tenant, device.UserId, device.Id, cancellationToken).ConfigureAwait(false);
        if (known is null || !device.Token.EndsWith(known.Token.TrimStart(Mark), StringComparison.Ordinal))
            return false;
        // A token is a registration, and its absence an update.
        await SaveAsync(device, new DeviceBody(null, null, null, device.Locale, device.TimeZone), cancellationToken)
            .ConfigureAwait(false);
        return true;
    }

    public async Task<Device?> FindAsync(string tenant, string userId, string id, CancellationToken cancellationToken)
    {
        var request = ServiceRequest.Get(GetPath(userId, id), tenant);
        var found = await service.FindAsync(request, RecipientJson.Default.DeviceAnswer, cancellationToken).ConfigureAwait(false);
        return found?.Value.CreateDevice(tenant, userId);
    }

    public async Task<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken)
    {
        var pages = await service
            .ReadPagesAsync(
                after => ServiceRequest.Get(GetPath(userId).With(new PageRequest { After = after }).ToString(), tenant),
                RecipientJson.Default.PageAnswerDeviceAnswer,
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. pages.SelectMany(page => page.Items).Select(device => device.CreateDevice(tenant, userId))];
    }

    public async Task<bool> RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken) =>
        await service
            .RemoveAsync(ServiceRequest.Delete(GetPath(userId, id), tenant).Repeat(), cancellationToken)
            .ConfigureAwait(false) == ChangeStatus.Removed;

    private Task SaveAsync(Device device, DeviceBody body, CancellationToken cancellationToken) =>
        service.CallAsync(
            ServiceRequest
                .Put(GetPath(device.UserId, device.Id), device.Tenant)
                .With(body, RecipientJson.Default.DeviceBody)
                .Repeat(),
            cancellationToken
        );

    private static CallPath GetPath(string userId) => CallPath.Create(RemoteUsers.Path).Add("userId", userId).Add("devices");

    private static string GetPath(string userId, string id) => GetPath(userId).Add("id", id).ToString();
}
