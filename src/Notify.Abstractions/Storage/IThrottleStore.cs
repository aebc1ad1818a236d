namespace Notify.Storage;

/// <summary>Counts how often recipients were notified.</summary>
public interface IThrottleStore
{
    /// <summary>
    /// Takes a permit for each recipient that has one left: that had fewer than <see cref="ThrottleRequest.Max"/> within
    /// <see cref="ThrottleRequest.Per"/> before <see cref="ThrottleRequest.Now"/>. Answers in order. Exact across processes.
    /// Throttles with different periods count the same permits, so a store must keep permits that are older than
    /// <see cref="ThrottleRequest.Per"/>. <see cref="IRetentionStore.PurgePermitsAsync"/> deletes them after 31 days.
    /// </summary>
    ValueTask<IReadOnlyList<bool>> TryTakeAsync(ThrottleRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Gives back one permit of each recipient that was taken at <see cref="ThrottleRequest.Now"/>: what they were for was not
    /// stored.
    /// </summary>
    ValueTask GiveBackAsync(ThrottleRequest request, CancellationToken cancellationToken);
}

/// <summary>Asks for permits.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Category">The category that is counted.</param>
/// <param name="Recipients">Who is to be notified, as <see cref="Recipient.Key"/> writes it; each once.</param>
/// <param name="Max">At most so many.</param>
/// <param name="Per">Within so long.</param>
/// <param name="Now">The time of this notification.</param>
public sealed record ThrottleRequest(
    string Tenant,
    string Category,
    IReadOnlyList<string> Recipients,
    int Max,
    TimeSpan Per,
    DateTimeOffset Now
);
