using Notify.Providers;

namespace Notify.Storage;

/// <summary>
/// A store that reads the current state of recipients for many deliveries at once, and redirects deliveries. It is used to check
/// deliveries that have been waiting while their recipients may have changed.
/// </summary>
public interface IRecipientCheckStore
{
    /// <summary>
    /// Reads the users of many deliveries with their devices and subscriptions. Stores with a server read all tenants in one
    /// query.
    /// </summary>
    /// <param name="questions">The users to read.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The answers, in the order of the questions.</returns>
    ValueTask<IReadOnlyList<RecipientAnswer>> ReadAsync(
        IReadOnlyList<RecipientQuestion> questions,
        CancellationToken cancellationToken
    );

    /// <summary>Changes the addresses of leased deliveries.</summary>
    /// <param name="redirections">The redirections.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// For each redirection, in order: <see langword="true"/> if it was written; <see langword="false"/> if the lease was lost,
    /// in which case nothing was written.
    /// </returns>
    ValueTask<IReadOnlyList<bool>> RedirectAsync(IReadOnlyList<Redirection> redirections, CancellationToken cancellationToken);
}

/// <summary>A request for the current state of a user.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="UserId">The ID of the user.</param>
/// <param name="Topic">The topic whose subscription to read; null for none.</param>
/// <param name="WithDevices">Whether to read the devices.</param>
public sealed record RecipientQuestion(string Tenant, string UserId, string? Topic, bool WithDevices);

/// <summary>The current state of a user.</summary>
/// <param name="User">The user; null if it is not stored.</param>
/// <param name="Devices">The devices that are not pruned; empty if they were not requested.</param>
/// <param name="IsSubscribed">Whether the user subscribes to the topic; false if no topic was requested.</param>
public sealed record RecipientAnswer(UserRecord? User, IReadOnlyList<Device> Devices, bool IsSubscribed);

/// <summary>A change of the address of a leased delivery.</summary>
/// <param name="DeliveryId">The ID of the delivery.</param>
/// <param name="Fence">
/// The fence of the lease. The address is written only if the delivery is leased and still has this fence.
/// </param>
/// <param name="To">The new address.</param>
public sealed record Redirection(Guid DeliveryId, long Fence, Address To);
