using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A store that erases the data of removed users: addresses, content and vendors' messages. An erasure is recorded before its
/// user is removed, and then works through the store in batches. Repeating a batch changes nothing, so an erasure that is
/// interrupted by a crash starts again from the beginning.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IErasureStore
{
    /// <summary>Records an erasure, replacing any earlier erasure of the same user.</summary>
    /// <param name="erasure">The erasure.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask RequestAsync(Erasure erasure, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the erasures that are not complete, in turn among tenants: first the oldest of each tenant, then the second oldest
    /// of each, and so on, each turn oldest first. So a tenant that removes many users does not delay the others.
    /// </summary>
    /// <param name="limit">The maximum number of erasures.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<Erasure>> ListAsync(int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the next deliveries in the order of their IDs and erases those of the removed users. A waiting delivery is
    /// cancelled; the address, collapse key, device, topic, reason, attempts and receipts are removed. A leased delivery is left
    /// for the next pass. If a notification has no other recipients left, its content and data are also removed.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The position at which to continue, and the erasures with remaining work.</returns>
    ValueTask<ErasureStep> EraseDeliveriesAsync(ErasureBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the next collected events in the order of their IDs and erases those of the removed users. A waiting event is
    /// removed from its digest. If a notification has no other recipients left, its content and data are also removed. The last
    /// batch also removes older copies of the erased data, if the store itself keeps such copies.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The position at which to continue, and the erasures with remaining work.</returns>
    ValueTask<ErasureStep> EraseEventsAsync(ErasureBatch batch, CancellationToken cancellationToken);

    /// <summary>Removes completed erasures. An erasure that has been requested again in the meantime is kept.</summary>
    /// <param name="erasures">The completed erasures.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask CompleteAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken);
}

/// <summary>The erasure of a removed user.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record Erasure
{
    /// <summary>The reason that is recorded for erased deliveries and events.</summary>
    public const string Reason = "the user was deleted";

    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public Erasure() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="requestedAt">
    /// The time at which the user was removed. Anything that was accepted later belongs to a new user with the same ID.
    /// </param>
    [SetsRequiredMembers]
    public Erasure(string tenant, string userId, DateTimeOffset requestedAt)
    {
        Tenant = tenant;
        UserId = userId;
        RequestedAt = requestedAt;
    }

    /// <summary>Gets the tenant of the user.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the ID of the user.</summary>
    public required string UserId { get; init; }

    /// <summary>
    /// Gets the time at which the user was removed. Anything that was accepted later belongs to a new user with the same ID.
    /// </summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Returns the tenant and the user ID.</summary>
    public override string ToString() => $"erasure of {Tenant}/{UserId}";
}

/// <summary>A batch of rows to read, and the erasures to apply to them.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record ErasureBatch
{
    private readonly IReadOnlyList<Erasure> _erasures = [];
    private readonly Dictionary<(string Tenant, string UserId), Erasure> _byUser = [];

    /// <summary>Gets the erasures, at most one for each user.</summary>
    public required IReadOnlyList<Erasure> Erasures
    {
        get => _erasures;
        init
        {
            _erasures = value;
            _byUser = value.ToDictionary(erasure => (erasure.Tenant, erasure.UserId));
        }
    }

    /// <summary>Gets the last ID of the previous batch; empty for the first batch.</summary>
    public required Guid After { get; init; }

    /// <summary>Gets the maximum number of rows to read.</summary>
    public required int Limit { get; init; }

    /// <summary>Gets the current time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Finds the erasure that applies to a row.</summary>
    /// <param name="tenant">The tenant of the row.</param>
    /// <param name="userId">The ID of the user of the row; null for a direct address.</param>
    /// <param name="acceptedAt">The time at which the notification of the row was accepted.</param>
    /// <returns>The erasure; null for a direct address, and for a row that was accepted after the erasure.</returns>
    public Erasure? Find(string tenant, string? userId, DateTimeOffset acceptedAt) =>
        userId is not null && _byUser.TryGetValue((tenant, userId), out var erasure) && acceptedAt <= erasure.RequestedAt
            ? erasure
            : null;
}

/// <summary>The result of an erasure batch.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record ErasureStep
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public ErasureStep() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="next">The last ID that was read, after which to continue; null at the end.</param>
    /// <param name="busy">The erasures that left work for the next pass because it is leased.</param>
    [SetsRequiredMembers]
    public ErasureStep(Guid? next, IReadOnlyCollection<Erasure> busy)
    {
        Next = next;
        Busy = busy;
    }

    /// <summary>Gets the last ID that was read, after which to continue; null at the end.</summary>
    public Guid? Next { get; init; }

    /// <summary>Gets the erasures that left work for the next pass because it is leased.</summary>
    public required IReadOnlyCollection<Erasure> Busy { get; init; }
}
