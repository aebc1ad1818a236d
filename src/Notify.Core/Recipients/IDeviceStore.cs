namespace Notify.Recipients;

/// <summary>Keeps devices.</summary>
public interface IDeviceStore
{
    /// <summary>
    /// Keeps a device in place of the one with the same tenant and id, alive again if it was pruned and the token is another.
    /// <see cref="Device.RegisteredAt"/> stays while the token stays. Another device with the same token is removed.
    /// </summary>
    ValueTask RegisterAsync(Device device, CancellationToken cancellationToken);

    /// <summary>The devices of these users that are not pruned.</summary>
    ValueTask<IReadOnlyList<Device>> FindAsync(string tenant, IReadOnlyList<string> userIds, CancellationToken cancellationToken);

    /// <summary>All of a user's devices, the pruned ones included.</summary>
    ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken);

    /// <summary>Forgets a device; false when it was not known.</summary>
    ValueTask<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>
    /// Marks the device that has this token as dead. False, and nothing changes, when there is none, when it is pruned already,
    /// or when the device was last seen after <paramref name="knownDeadAt"/>: the app has registered the token anew since.
    /// </summary>
    ValueTask<bool> PruneAsync(
        string tenant,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    );
}
