using System.Globalization;
using Notify.Storage;

namespace Notify.Core.Jobs;

/// <summary>Goes through all devices of a tenant.</summary>
internal abstract class DeviceListKind(IRecipientListStore lists) : ListKind<Device>
{
    protected override ValueTask<IReadOnlyList<Device>> ReadAsync(
        Job job,
        string? after,
        int limit,
        CancellationToken cancellationToken
    ) => lists.ListDevicesAsync(job.Tenant, after is null ? null : Parse(after), limit, cancellationToken);

    protected override string GetPosition(Device item) =>
        string.Create(CultureInfo.InvariantCulture, $"{item.UserId.Length}:{item.UserId}{item.Id}");

    private static DevicePosition Parse(string position)
    {
        var begin = position.IndexOf(':', StringComparison.Ordinal) + 1;
        var end = begin + int.Parse(position.AsSpan(0, begin - 1), CultureInfo.InvariantCulture);
        return new DevicePosition(position[begin..end], position[end..]);
    }
}
