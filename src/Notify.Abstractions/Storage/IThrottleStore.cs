namespace Notify.Storage;

/// <summary>A store of throttle permits, which limit how often recipients are notified.</summary>
public interface IThrottleStore
{
    /// <summary>
    /// Takes a permit for each recipient that took fewer than <see cref="ThrottleRequest.Max"/> permits within
    /// <see cref="ThrottleRequest.Per"/> before <see cref="ThrottleRequest.Now"/>. The count is exact across processes.
    /// Throttles with different periods count the same permits, so a store must keep permits that are older than
    /// <see cref="ThrottleRequest.Per"/>. <see cref="IRetentionStore.PurgePermitsAsync"/> deletes them after 31 days.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>For each recipient, in order, whether a permit was taken.</returns>
    ValueTask<IReadOnlyList<bool>> TryTakeAsync(ThrottleRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Returns one permit of each recipient that was taken at <see cref="ThrottleRequest.Now"/>, because the deliveries were not
    /// stored.
    /// </summary>
    /// <param name="request">The request by which the permits were taken, with the recipients whose permits to return.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask GiveBackAsync(ThrottleRequest request, CancellationToken cancellationToken);
}

/// <summary>A request for throttle permits.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Category">The category to count.</param>
/// <param name="Recipients">The recipients to notify, by <see cref="Recipient.Key"/>, without duplicates.</param>
/// <param name="Max">The maximum number of notifications per period.</param>
/// <param name="Per">The length of the period.</param>
/// <param name="Now">The time of this notification.</param>
public sealed record ThrottleRequest(
    string Tenant,
    string Category,
    IReadOnlyList<string> Recipients,
    int Max,
    TimeSpan Per,
    DateTimeOffset Now
);
