using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>A store of users' devices.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IDeviceStore
{
    /// <summary>
    /// Stores a device, replacing any device with the same tenant, user and ID. All other devices with the same tenant, app and
    /// token are removed, regardless of their users, because a token belongs to the device that registered it last. A pruned
    /// device becomes active again if the token is different, or if <see cref="Device.LastSeenAt"/> is later than the pruning.
    /// <see cref="Device.RegisteredAt"/> is preserved as long as the user, the device and the token stay the same.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask RegisterAsync(Device device, CancellationToken cancellationToken);

    /// <summary>
    /// Changes the locale and the time zone of the device with the same tenant, user, ID and token. Nothing else changes.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the device was changed; <see langword="false"/> if the user has no such device with this token.
    /// </returns>
    ValueTask<bool> UpdateAsync(Device device, CancellationToken cancellationToken);

    /// <summary>Finds the devices of the specified users, except for pruned devices.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userIds">The IDs of the users.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<Device>> FindAsync(string tenant, IReadOnlyList<string> userIds, CancellationToken cancellationToken);

    /// <summary>Lists all devices of a user, including pruned devices.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken);

    /// <summary>Removes a device of a user.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="id">The ID of the device.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the device was removed; <see langword="false"/> if the user has no such device.
    /// </returns>
    ValueTask<bool> RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken);

    /// <summary>
    /// Marks the device with the specified token as dead. Nothing changes if the device was last seen after
    /// <paramref name="knownDeadAt"/>, because the app has registered the token again since then.
    /// </summary>
    /// <param name="tenant">The tenant of the device.</param>
    /// <param name="app">The app of the device; null if it has none.</param>
    /// <param name="token">The token.</param>
    /// <param name="reason">The vendor's reason.</param>
    /// <param name="knownDeadAt">The time at which the vendor knew that the token was dead.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the device was pruned; <see langword="false"/> if it does not exist, was already pruned, or has
    /// been seen since.
    /// </returns>
    ValueTask<bool> PruneAsync(
        string tenant,
        string? app,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    );
}
