namespace Notify.Storage;

/// <summary>Keeps devices.</summary>
public interface IDeviceStore
{
    /// <summary>
    /// Stores a device in place of the one with the same tenant, user and id. Every other device with the same tenant, app and
    /// token is removed, whoever its user is: a token belongs to the device that registered it last. A pruned device is revived
    /// when the token is another one, or when <see cref="Device.LastSeenAt"/> is later than the pruning.
    /// <see cref="Device.RegisteredAt"/> stays while the user, the device and the token stay.
    /// </summary>
    ValueTask RegisterAsync(Device device, CancellationToken cancellationToken);

    /// <summary>The devices of these users that are not pruned.</summary>
    ValueTask<IReadOnlyList<Device>> FindAsync(string tenant, IReadOnlyList<string> userIds, CancellationToken cancellationToken);

    /// <summary>All of a user's devices, the pruned ones included.</summary>
    ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken);

    /// <summary>Removes a user's device; false when the user has no such device.</summary>
    ValueTask<bool> RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken);

    /// <summary>
    /// Marks the device that has this token as dead. False, and nothing changes, when there is none, when it is pruned already,
    /// or when the device was last seen after <paramref name="knownDeadAt"/>: the app has registered the token again since.
    /// </summary>
    /// <param name="tenant">The device's tenant.</param>
    /// <param name="app">The device's app; null where it has none.</param>
    /// <param name="token">The token.</param>
    /// <param name="reason">The vendor's reason.</param>
    /// <param name="knownDeadAt">When the vendor knew that the token was dead.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    ValueTask<bool> PruneAsync(
        string tenant,
        string? app,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    );
}
