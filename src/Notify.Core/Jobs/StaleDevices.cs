using Notify.Core.Events;
using Notify.Storage;

namespace Notify.Core.Jobs;

/// <summary>Prunes the devices that were not seen after a time.</summary>
internal sealed class StaleDevices(IRecipientListStore lists, IDeviceStore devices, DeviceEvents events) : DeviceListKind(lists)
{
    private const string Reason = "not seen for too long";

    public override string Kind => JobKinds.StaleDevices;

    protected override async ValueTask<JobStep> HandleAsync(
        Job job,
        IReadOnlyList<Device> items,
        CancellationToken cancellationToken
    )
    {
        var affected = 0;
        foreach (var device in items.Where(device => device.LastSeenAt <= job.SeenAfter))
        {
            // A repetition finds the devices that it has pruned itself, and counts them too.
            if (
                device.PrunedAt is null
                    ? await PruneAsync(job, device, cancellationToken).ConfigureAwait(false)
                    : IsPruned(job, device)
            )
                affected++;
        }

        return new JobStep { Affected = affected };
    }

    private static bool IsPruned(Job job, Device device) => device.PrunedAt == job.SeenAfter && device.PruneReason == Reason;

    // The store prunes no device that was seen after the time, so one that registers meanwhile stays.
    private async ValueTask<bool> PruneAsync(Job job, Device device, CancellationToken cancellationToken)
    {
        if (job.IsDryRun == true)
            return true;

        var isPruned = await devices
            .PruneAsync(job.Tenant, device.App, device.Token, Reason, job.SeenAfter!.Value, cancellationToken)
            .ConfigureAwait(false);
        if (isPruned)
            await events.PublishAsync(NotifyEventTypes.DevicePruned, device, cancellationToken).ConfigureAwait(false);
        return isPruned;
    }
}
