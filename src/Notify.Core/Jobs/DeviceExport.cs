using Notify.Storage;

namespace Notify.Core.Jobs;

/// <summary>Writes all devices of a tenant as the lines of an import.</summary>
internal sealed class DeviceExport(IRecipientListStore lists) : DeviceListKind(lists)
{
    public override string Kind => JobKinds.ExportDevices;

    public override bool HasResult => true;

    protected override ValueTask<JobStep> HandleAsync(
        Job job,
        IReadOnlyList<Device> items,
        CancellationToken cancellationToken
    ) => new(new JobStep { Lines = ExportLines.Write(items.Select(ExportedDevice.Create), ExportLines.Format.ExportedDevice) });
}
