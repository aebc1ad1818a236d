namespace Notify.Storage;

/// <summary>
/// Checks that a store takes writes. A store registers one if it can be readable and yet not writable, as on a full disk; the
/// application's readiness asks it.
/// </summary>
public interface IStoreHealth
{
    /// <summary>Writes something that changes nothing. Throws when the store does not take it.</summary>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}
