using Notify.Providers;

namespace Notify.Storage;

/// <summary>
/// Keeps deliveries that waited true to their recipients: reads what is known of the recipients of many deliveries at once, and
/// changes where a delivery goes.
/// </summary>
public interface IRecipientCheckStore
{
    /// <summary>
    /// Reads the users of many deliveries with their devices and subscriptions, over all tenants in one query where the store has
    /// a server. Answers are in the order of the questions.
    /// </summary>
    ValueTask<IReadOnlyList<RecipientAnswer>> ReadAsync(
        IReadOnlyList<RecipientQuestion> questions,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Changes where leased deliveries go. An answer is false where the lease had been lost, and then nothing was written.
    /// Answers are in the order of the redirections.
    /// </summary>
    ValueTask<IReadOnlyList<bool>> RedirectAsync(IReadOnlyList<Redirection> redirections, CancellationToken cancellationToken);
}

/// <summary>Asks for a user.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="UserId">The user.</param>
/// <param name="Topic">The topic whose subscription is asked for; null for none.</param>
/// <param name="WithDevices">Whether the devices are asked for.</param>
public sealed record RecipientQuestion(string Tenant, string UserId, string? Topic, bool WithDevices);

/// <summary>A user as stored now.</summary>
/// <param name="User">The user; null when it does not exist.</param>
/// <param name="Devices">The devices that are not pruned; empty where they were not asked for.</param>
/// <param name="IsSubscribed">Whether the user subscribes to the topic; false where none was asked for.</param>
public sealed record RecipientAnswer(User? User, IReadOnlyList<Device> Devices, bool IsSubscribed);

/// <summary>Changes where a leased delivery goes.</summary>
/// <param name="DeliveryId">The delivery.</param>
/// <param name="Fence">The lease's fence. The address is written only where the delivery still has it and is leased.</param>
/// <param name="To">The address from now on.</param>
public sealed record Redirection(Guid DeliveryId, long Fence, Address To);
