using System.Diagnostics.CodeAnalysis;
using Notify.Providers;

namespace Notify.Storage;

/// <summary>
/// A store that reads the current state of recipients for many deliveries at once, and redirects deliveries. It is used to check
/// deliveries that have been waiting while their recipients may have changed.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
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
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record RecipientQuestion
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the ID of the user.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the topic whose subscription to read; null for none.</summary>
    public string? Topic { get; init; }

    /// <summary>Gets whether to read the devices.</summary>
    public required bool WithDevices { get; init; }
}

/// <summary>The current state of a user.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record RecipientAnswer
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public RecipientAnswer() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="user">The user; null if it is not stored.</param>
    /// <param name="devices">The devices that are not pruned; empty if they were not requested.</param>
    /// <param name="isSubscribed">Whether the user subscribes to the topic; false if no topic was requested.</param>
    [SetsRequiredMembers]
    public RecipientAnswer(UserRecord? user, IReadOnlyList<Device> devices, bool isSubscribed)
    {
        User = user;
        Devices = devices;
        IsSubscribed = isSubscribed;
    }

    /// <summary>Gets the user; null if it is not stored.</summary>
    public UserRecord? User { get; init; }

    /// <summary>Gets the devices that are not pruned; empty if they were not requested.</summary>
    public required IReadOnlyList<Device> Devices { get; init; }

    /// <summary>Gets whether the user subscribes to the topic; false if no topic was requested.</summary>
    public required bool IsSubscribed { get; init; }
}

/// <summary>A change of the address of a leased delivery.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record Redirection
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public Redirection() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="deliveryId">The ID of the delivery.</param>
    /// <param name="fence">
    /// The fence of the lease. The address is written only if the delivery is leased and still has this fence.
    /// </param>
    /// <param name="to">The new address.</param>
    [SetsRequiredMembers]
    public Redirection(Guid deliveryId, long fence, Address to)
    {
        DeliveryId = deliveryId;
        Fence = fence;
        To = to;
    }

    /// <summary>Gets the ID of the delivery.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>
    /// Gets the fence of the lease. The address is written only if the delivery is leased and still has this fence.
    /// </summary>
    public required long Fence { get; init; }

    /// <summary>Gets the new address.</summary>
    public required Address To { get; init; }
}
