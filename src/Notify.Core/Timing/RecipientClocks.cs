using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Timing;

/// <summary>Reads the current clock of a delivery's recipient.</summary>
internal sealed class RecipientClocks(IUserStore users, IDeviceStore devices)
{
    /// <summary>Finds the clock of one delivery. Devices are read only for a push to a user who has quiet hours.</summary>
    public async ValueTask<RecipientClock> FindAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (delivery.UserId is not { } id)
            return default;

        var found = await users.FindAsync(delivery.Tenant, [id], cancellationToken).ConfigureAwait(false);
        if (found is not [{ User: { QuietHours: not null } user }])
            return default;
        if (delivery.Channel != Channel.Push)
            return RecipientClock.From(user);

        var theirs = await devices.FindAsync(delivery.Tenant, [id], cancellationToken).ConfigureAwait(false);
        return RecipientClock.From(user, theirs.FirstOrDefault(device => device.Id == delivery.DeviceId));
    }
}
