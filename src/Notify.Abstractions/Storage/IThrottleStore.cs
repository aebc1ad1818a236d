using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>A store of throttle permits, which limit how often recipients are notified.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
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
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record ThrottleRequest
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the category to count.</summary>
    public required string Category { get; init; }

    /// <summary>Gets the recipients to notify, by <see cref="Recipient.Key"/>, without duplicates.</summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary>Gets the maximum number of notifications per period.</summary>
    public required int Max { get; init; }

    /// <summary>Gets the length of the period.</summary>
    public required TimeSpan Per { get; init; }

    /// <summary>Gets the time of this notification.</summary>
    public required DateTimeOffset Now { get; init; }
}
