using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A store of notifications and their deliveries, for reading. They are written by <see cref="IDeliveryQueue"/>.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface INotificationStore
{
    /// <summary>Finds a notification by its ID.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The ID of the notification.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The notification; null if the tenant has no such notification.</returns>
    ValueTask<Notification?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken);

    /// <summary>Finds the notification that holds an idempotency key.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="key">The idempotency key.</param>
    /// <param name="now">The current time.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The notification that holds the key; null if the key is free.</returns>
    ValueTask<KeyHolder?> FindKeyAsync(string tenant, string key, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Lists the deliveries of a notification with their attempts, in the order of their IDs.</summary>
    /// <param name="tenant">The tenant of the notification.</param>
    /// <param name="notificationId">The ID of the notification.</param>
    /// <param name="after">The last delivery ID of the previous page; null for the first page.</param>
    /// <param name="limit">The maximum number of deliveries, 1 to 1,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
        string tenant,
        Guid notificationId,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Counts what became of notifications so far, all of them in one query.</summary>
    /// <param name="tenant">The tenant of the notifications.</param>
    /// <param name="notificationIds">The IDs of the notifications, at most 1,000.</param>
    /// <param name="maxSubscribers">
    /// The number of expanded subscribers above which the deliveries of a notification are not counted, because there are too
    /// many.
    /// </param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The progress of each notification that the tenant has and for which there is something to count.</returns>
    ValueTask<IReadOnlyDictionary<Guid, NotificationProgress>> CountAsync(
        string tenant,
        IReadOnlyCollection<Guid> notificationIds,
        long maxSubscribers,
        CancellationToken cancellationToken
    );

    /// <summary>Finds a delivery by its ID.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The ID of the delivery.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The delivery with its attempts; null if it does not exist in the tenant.</returns>
    ValueTask<DeliveryRecord?> FindDeliveryAsync(string tenant, Guid id, CancellationToken cancellationToken);

    /// <summary>Counts the deliveries of a notification in each state.</summary>
    /// <param name="tenant">The tenant of the notification.</param>
    /// <param name="notificationId">The ID of the notification.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    async ValueTask<IReadOnlyDictionary<DeliveryState, long>> CountDeliveriesAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    )
    {
        var counted = await CountAsync(tenant, [notificationId], long.MaxValue, cancellationToken).ConfigureAwait(false);
        return counted.GetValueOrDefault(notificationId, NotificationProgress.None).Deliveries!;
    }

    /// <summary>
    /// Lists the notifications of a tenant, newest first. An index finds those with a label (see
    /// <see cref="NotificationLabel"/>), so the cost does not depend on how many others the tenant has.
    /// </summary>
    /// <param name="filter">The notifications to list.</param>
    /// <param name="before">The last notification ID of the previous page; null for the first page.</param>
    /// <param name="limit">The maximum number of notifications, 1 to 1,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<NotificationSummary>> ListAsync(
        NotificationFilter filter,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Searches for notifications by their progress or their channels. This implementation returns all notifications of the
    /// filter, and the caller examines them. A store overrides it to find the few that match without reading the others.
    /// </summary>
    /// <param name="search">The search.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    async ValueTask<NotificationCandidates> SearchAsync(NotificationSearch search, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(search);
        var limit = Math.Min(search.Limit, search.MaxScanned);
        var found = await ListAsync(search.Filter, search.Before, limit, cancellationToken).ConfigureAwait(false);
        return NotificationCandidates.Create(found, limit);
    }
}

/// <summary>
/// A filter for notifications. Because IDs begin with the millisecond of acceptance (UUIDv7), a time range is a range of IDs.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record NotificationFilter
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the inclusive start of the period in which a notification was accepted, to the millisecond.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the exclusive end of the period in which a notification was accepted, to the millisecond.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Gets the reference of the notifications; null for any. See <see cref="Trigger.Reference"/>.</summary>
    public string? Reference { get; init; }

    /// <summary>Gets the cancellation key; null for any. See <see cref="Trigger.CancellationKey"/>.</summary>
    public string? CancellationKey { get; init; }

    /// <summary>Gets a tag that the notifications have; null for any. See <see cref="Trigger.Tags"/>.</summary>
    public string? Tag { get; init; }
}

/// <summary>The notification that holds an idempotency key.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record KeyHolder
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public KeyHolder() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="notificationId">The ID of the notification.</param>
    /// <param name="fingerprint">The fingerprint of the trigger; see <see cref="IdempotencyClaim.Fingerprint"/>.</param>
    [SetsRequiredMembers]
    public KeyHolder(Guid notificationId, ReadOnlyMemory<byte> fingerprint)
    {
        NotificationId = notificationId;
        Fingerprint = fingerprint;
    }

    /// <summary>Gets the ID of the notification.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>Gets the fingerprint of the trigger; see <see cref="IdempotencyClaim.Fingerprint"/>.</summary>
    public required ReadOnlyMemory<byte> Fingerprint { get; init; }
}
