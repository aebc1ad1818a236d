namespace Notify.Storage;

/// <summary>
/// Erases what is stored about users who were removed: addresses, content, and the words of vendors. An erasure is recorded
/// before its user is removed, and goes through the store batch by batch. Repeating a batch changes nothing, so an erasure that a
/// crash interrupted starts again from the beginning.
/// </summary>
public interface IErasureStore
{
    /// <summary>Records an erasure. When the user already has one, the later request replaces it.</summary>
    ValueTask RequestAsync(Erasure erasure, CancellationToken cancellationToken);

    /// <summary>Lists erasures that are not complete, oldest first.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<Erasure>> ListAsync(int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the next deliveries in the order of their ids, and erases those of the removed users: cancels a delivery that waits,
    /// and removes the address, collapse key, device, topic, reason, attempts and receipts. A delivery that is leased is left for
    /// the next pass. When no other recipient of a notification is left, its content and data are removed too.
    /// </summary>
    ValueTask<ErasureStep> EraseDeliveriesAsync(ErasureBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the next collected events in the order of their ids, and erases those of the removed users: removes an event that
    /// waits from its digest. When no other recipient of a notification is left, its content and data are removed too. The last
    /// batch also removes older copies of what was erased, where the store keeps such copies itself.
    /// </summary>
    ValueTask<ErasureStep> EraseEventsAsync(ErasureBatch batch, CancellationToken cancellationToken);

    /// <summary>Removes erasures that are complete. An erasure that was requested again since then stays.</summary>
    ValueTask CompleteAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken);
}

/// <summary>The erasure of a user who was removed.</summary>
/// <param name="Tenant">The user's tenant.</param>
/// <param name="UserId">The user's id.</param>
/// <param name="RequestedAt">When the user was removed. What was accepted later belongs to a new user with the same id.</param>
public sealed record Erasure(string Tenant, string UserId, DateTimeOffset RequestedAt)
{
    /// <summary>The reason that erased deliveries and events have.</summary>
    public const string Reason = "the user was deleted";

    /// <summary>Returns the tenant and the user id.</summary>
    public override string ToString() => $"erasure of {Tenant}/{UserId}";
}

/// <summary>A batch of rows to read, and the erasures to apply to them.</summary>
/// <param name="Erasures">The erasures, at most one for each user.</param>
/// <param name="After">The last id of the batch before; empty for the first batch.</param>
/// <param name="Limit">How many rows to read.</param>
/// <param name="Now">The time.</param>
public sealed record ErasureBatch(IReadOnlyList<Erasure> Erasures, Guid After, int Limit, DateTimeOffset Now)
{
    private readonly Dictionary<(string Tenant, string UserId), Erasure> _byUser = Erasures.ToDictionary(erasure =>
        (erasure.Tenant, erasure.UserId)
    );

    /// <summary>
    /// Finds the erasure of a row's user. Null for a direct address, and for what was accepted after the erasure.
    /// </summary>
    /// <param name="tenant">The row's tenant.</param>
    /// <param name="userId">The row's user; null for a direct address.</param>
    /// <param name="acceptedAt">When the row's notification was accepted.</param>
    public Erasure? Find(string tenant, string? userId, DateTimeOffset acceptedAt) =>
        userId is not null && _byUser.TryGetValue((tenant, userId), out var erasure) && acceptedAt <= erasure.RequestedAt
            ? erasure
            : null;
}

/// <summary>The result of a batch.</summary>
/// <param name="Next">The last id that was read, to continue behind it; null at the end.</param>
/// <param name="Busy">The erasures that left something for the next pass, because it is leased.</param>
public sealed record ErasureStep(Guid? Next, IReadOnlyCollection<Erasure> Busy);
