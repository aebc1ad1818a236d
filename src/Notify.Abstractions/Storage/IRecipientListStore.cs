using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>Lists what belongs to users for jobs, which read much and are in no hurry.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IRecipientListStore
{
    /// <summary>
    /// Lists the devices of all users of a tenant, including pruned devices, in an order that does not change: by user, then by
    /// device.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="after">The last device of the previous page; null for the first page.</param>
    /// <param name="limit">The maximum number of devices, 1 to 1,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<Device>> ListDevicesAsync(
        string tenant,
        DevicePosition? after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Lists the names of the topics to which a user is subscribed, in any order.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<string>> ListTopicsAsync(string tenant, string userId, CancellationToken cancellationToken);
}

/// <summary>The position of a device in a list of all devices of a tenant.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record DevicePosition
{
    /// <summary>Creates a position.</summary>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="id">The ID of the device.</param>
    [SetsRequiredMembers]
    public DevicePosition(string userId, string id) => (UserId, Id) = (userId, id);

    /// <summary>Gets the ID of the user.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the ID of the device.</summary>
    public required string Id { get; init; }
}
