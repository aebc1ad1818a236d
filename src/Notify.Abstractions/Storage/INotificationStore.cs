namespace Notify.Storage;

/// <summary>Reads what was accepted and what became of it. <see cref="IDeliveryQueue"/> is the side that writes.</summary>
public interface INotificationStore
{
    /// <summary>The notification of this id, or null when the tenant has none.</summary>
    ValueTask<Notification?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken);

    /// <summary>Finds what holds an idempotency key at a time; null where the key is free.</summary>
    ValueTask<KeyHolder?> FindKeyAsync(string tenant, string key, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// A notification's deliveries with their attempts, in the order of their ids, beginning after <paramref name="after"/>.
    /// </summary>
    /// <param name="tenant">The notification's tenant.</param>
    /// <param name="notificationId">The notification.</param>
    /// <param name="after">The last delivery id of the page before, or null for the first page.</param>
    /// <param name="limit">How many at most, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
        string tenant,
        Guid notificationId,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>How many of a notification's deliveries are in each state.</summary>
    ValueTask<IReadOnlyDictionary<DeliveryState, long>> CountDeliveriesAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    );

    /// <summary>A tenant's notifications, newest first, beginning before <paramref name="before"/>.</summary>
    /// <param name="filter">Which notifications.</param>
    /// <param name="before">The last notification id of the page before, or null for the first page.</param>
    /// <param name="limit">How many at most, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<NotificationSummary>> ListAsync(
        NotificationFilter filter,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    );
}

/// <summary>
/// Which notifications. Their ids begin with the millisecond of their acceptance (UUIDv7), so a range of time is a range of ids.
/// </summary>
public sealed record NotificationFilter
{
    /// <summary>The tenant.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>Accepted at this time or later, by the millisecond.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Accepted before this time, by the millisecond.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>A notification in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="AcceptedAt">When it was accepted.</param>
/// <param name="ExpiresAt">When it expires.</param>
/// <param name="Trigger">Its trigger, without content.</param>
public sealed record NotificationSummary(Guid Id, DateTimeOffset AcceptedAt, DateTimeOffset ExpiresAt, Trigger Trigger);

/// <summary>The notification that holds an idempotency key.</summary>
/// <param name="NotificationId">The notification.</param>
/// <param name="Fingerprint">See <see cref="IdempotencyClaim.Fingerprint"/>.</param>
public sealed record KeyHolder(Guid NotificationId, ReadOnlyMemory<byte> Fingerprint);
