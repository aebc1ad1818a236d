using Notify.Queueing;

namespace Notify.Storage;

/// <summary>Reads what was accepted and what became of it. <see cref="IDeliveryQueue"/> is the side that writes.</summary>
public interface INotificationStore
{
    /// <summary>The notification of this id, or null when the tenant has none.</summary>
    ValueTask<Notification?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken);

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
}
