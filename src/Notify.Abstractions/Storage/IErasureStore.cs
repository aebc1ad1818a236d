namespace Notify.Storage;

/// <summary>
/// A store that erases the data of removed users: addresses, content and vendors' messages. An erasure is recorded before its
/// user is removed, and then works through the store in batches. Repeating a batch changes nothing, so an erasure that is
/// interrupted by a crash starts again from the beginning.
/// </summary>
public interface IErasureStore
{
    /// <summary>Records an erasure, replacing any earlier erasure of the same user.</summary>
    /// <param name="erasure">The erasure.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask RequestAsync(Erasure erasure, CancellationToken cancellationToken);

    /// <summary>Lists the erasures that are not complete, oldest first.</summary>
    /// <param name="limit">The maximum number of erasures.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<Erasure>> ListAsync(int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the next deliveries in the order of their IDs and erases those of the removed users. A waiting delivery is
    /// cancelled; the address, collapse key, device, topic, reason, attempts and receipts are removed. A leased delivery is left
    /// for the next pass. If a notification has no other recipients left, its content and data are removed too.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The position at which to continue, and the erasures with remaining work.</returns>
    ValueTask<ErasureStep> EraseDeliveriesAsync(ErasureBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the next collected events in the order of their IDs and erases those of the removed users. A waiting event is
    /// removed from its digest. If a notification has no other recipients left, its content and data are removed too. The last
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
/// <param name="Tenant">The tenant of the user.</param>
/// <param name="UserId">The ID of the user.</param>
/// <param name="RequestedAt">
/// The time at which the user was removed. Anything that was accepted later belongs to a new user with the same ID.
/// </param>
public sealed record Erasure(string Tenant, string UserId, DateTimeOffset RequestedAt)
{
    /// <summary>The reason that is recorded for erased deliveries and events.</summary>
    public const string Reason = "the user was deleted";

    /// <summary>Returns the tenant and the user ID.</summary>
    public override string ToString() => $"erasure of {Tenant}/{UserId}";
}

/// <summary>A batch of rows to read, and the erasures to apply to them.</summary>
/// <param name="Erasures">The erasures, at most one for each user.</param>
/// <param name="After">The last ID of the previous batch; empty for the first batch.</param>
/// <param name="Limit">The maximum number of rows to read.</param>
/// <param name="Now">The current time.</param>
public sealed record ErasureBatch(IReadOnlyList<Erasure> Erasures, Guid After, int Limit, DateTimeOffset Now)
{
    private readonly Dictionary<(string Tenant, string UserId), Erasure> _byUser = Erasures.ToDictionary(erasure =>
        (erasure.Tenant, erasure.UserId)
    );

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
/// <param name="Next">The last ID that was read, after which to continue; null at the end.</param>
/// <param name="Busy">The erasures that left work for the next pass because it is leased.</param>
public sealed record ErasureStep(Guid? Next, IReadOnlyCollection<Erasure> Busy);
