using Notify.Core.Events;
using Notify.Storage;

namespace Notify.Core.Jobs;

/// <summary>
/// Saves the devices of an import with their times. A device that was seen later than its line tells stays as it is: the app has
/// registered it since the line was written.
/// </summary>
internal sealed class DeviceImport(JobDocuments documents, IRecipients recipients, IDeviceStore devices, DeviceEvents events)
    : ImportKind<Device>(documents, JobsJson.Default.DeviceChunk)
{
    private const string PrunedBefore = "pruned before the import";

    /// <summary>The time by which the clock that wrote a line may be ahead.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    public override string Kind => JobKinds.ImportDevices;

    protected override async ValueTask SaveAsync(Job job, Device item, CancellationToken cancellationToken)
    {
        var device = Complete(item, job);
        InvalidRequestException.ThrowIfAny([.. recipients.Validate(device), .. CheckTimes(device, job)]);
        var known = await devices.ListAsync(job.Tenant, device.UserId, cancellationToken).ConfigureAwait(false);
        if (known.Any(stored => stored.Id == device.Id && stored.LastSeenAt > device.LastSeenAt))
            return;

        await devices.RegisterAsync(device with { PrunedAt = null, PruneReason = null }, cancellationToken).ConfigureAwait(false);
        await events
            .PublishAsync(NotifyEventTypes.DeviceRegistered, device, cancellationToken)
            .ConfigureAwait(false);
        if (device.PrunedAt is { } prunedAt)
            await devices
                .PruneAsync(job.Tenant, device.App, device.Token, device.PruneReason ?? PrunedBefore, prunedAt, cancellationToken)
                .ConfigureAwait(false);
    }

    protected override string GetId(Device item) => item.Id;

    protected override IEnumerable<string> GetKeys(Device item) =>
        [$"device\n{item.UserId}\n{item.Id}", $"token\n{item.App}\n{item.Token}"];

    private static Device Complete(Device device, Job job)
    {
        var lastSeenAt = device.LastSeenAt == default ? job.CreatedAt : device.LastSeenAt;
        return device with
        {
            Tenant = job.Tenant,
            LastSeenAt = lastSeenAt,
            RegisteredAt = device.RegisteredAt == default ? lastSeenAt : device.RegisteredAt,
        };
    }

    private static IEnumerable<FieldError> CheckTimes(Device device, Job job)
    {
        if (device.LastSeenAt > job.CreatedAt + ClockSkew)
            yield return new FieldError("lastSeenAt", FieldErrorCodes.Invalid, "Must not be later than the import.");
        if (device.RegisteredAt > device.LastSeenAt)
            yield return new FieldError("registeredAt", FieldErrorCodes.Invalid, "Must not be later than lastSeenAt.");
        if (device.PrunedAt < device.LastSeenAt)
            yield return new FieldError("prunedAt", FieldErrorCodes.Invalid, "Must not be earlier than lastSeenAt.");
    }
}
