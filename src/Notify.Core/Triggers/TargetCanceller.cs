using Notify.Storage;

namespace Notify.Core.Triggers;

/// <summary>
/// Cancels the notifications of a target, each in its own transaction. The store lists only what is committed, so everything that
/// was accepted before the call is found. The list goes from the newest to the oldest, and what is accepted meanwhile is newer.
/// </summary>
internal sealed class TargetCanceller(
    INotificationStore notifications,
    IDeliveryQueue queue,
    NotificationEvents events,
    TimeProvider time
)
{
    private const int PageSize = 500;

    public async Task<Cancellation> CancelAsync(CancellationTarget target, CancellationToken cancellationToken)
    {
        var filter = new NotificationFilter
        {
            Tenant = target.Tenant,
            Reference = target.Reference,
            CancellationKey = target.CancellationKey,
        };
        var ids = new List<Guid>();
        var total = new Cancellation
        {
            Notifications = 0,
            Cancelled = 0,
            InFlight = 0,
            Ended = 0,
            Collected = 0,
            CancelledIds = ids,
        };
        Guid? last = null;
        while (true)
        {
            var page = await notifications.ListAsync(filter, last, PageSize, cancellationToken).ConfigureAwait(false);
            foreach (var notification in page)
            {
                // Null if it was purged meanwhile.
                if (
                    await queue
                        .CancelAsync(target.Tenant, notification.Id, time.GetUtcNow(), cancellationToken)
                        .ConfigureAwait(false)
                    is not { } one
                )
                    continue;

                await events.PublishCancelledAsync(target.Tenant, notification.Id, one, cancellationToken).ConfigureAwait(false);
                ids.AddRange(one.CancelledIds);
                total = Add(total, one);
            }

            if (page.Count < PageSize)
                return total;
            last = page[^1].Id;
        }
    }

    private static Cancellation Add(Cancellation total, Cancellation one) =>
        total with
        {
            Notifications = total.Notifications + 1,
            Cancelled = total.Cancelled + one.Cancelled,
            InFlight = total.InFlight + one.InFlight,
            Ended = total.Ended + one.Ended,
            Collected = total.Collected + one.Collected,
        };
}
