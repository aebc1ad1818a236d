using Notify.Providers;
using Notify.Storage.Files.Model;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Files;

/// <summary>Leases and settles deliveries.</summary>
internal sealed class FileDeliveryQueue(TenantFiles files) : IDeliveryQueue
{
    // The tenant that got the last delivery of a lane and provider, where the next turn begins. The lock of the files guards it.
    private readonly Dictionary<(Priority Priority, string Provider), string> _lastServed = [];

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Change<IReadOnlyList<EnqueueResult>>(requests.Select(request => request.Notification.Tenant), tenants =>
                [.. requests.Select(request => tenants[request.Notification.Tenant].Enqueue(request))]
            )
        );

    public ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        new(
            files.ChangeAll<IReadOnlyList<Lease>>(tenants =>
                [.. request.Slots.SelectMany(slots => Lease(request, slots, tenants))]
            )
        );

    public ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        new(
            files.ChangeAll<IReadOnlyList<Lease>>(tenants =>
                [.. request.References.Select(reference => Claim(request, reference, tenants)).OfType<Lease>()]
            )
        );

    public ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        new(
            files.ChangeAll<IReadOnlyList<bool>>(tenants =>
                [.. request.References.Select(reference => Renew(reference, request.Until, tenants))]
            )
        );

    public ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    ) => new(files.ChangeAll<IReadOnlyList<bool>>(tenants => [.. settlements.Select(one => Settle(one, tenants))]));

    public ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => new(files.Change(tenant, data => Cancel(data, notificationId, now)));

    public ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken) =>
        new(
            files.ReadAll<IReadOnlyList<QueueDepth>>(tenants =>
                [
                    .. tenants
                        .SelectMany(tenant => tenant.Deliveries.Values.Where(stored => stored.DueAt is not null))
                        .CountBy(stored => (stored.Delivery.Priority, stored.Delivery.Provider))
                        .Select(count => new QueueDepth(count.Key.Priority, count.Key.Provider, count.Value)),
                ]
            )
        );

    private IEnumerable<Lease> Lease(LeaseRequest request, LeaseSlots slots, IReadOnlyList<TenantData> tenants)
    {
        var due = tenants
            .Select(tenant => (Data: tenant, Deliveries: GetDue(tenant, slots, request.Now)))
            .Where(tenant => tenant.Deliveries.Count > 0)
            .ToDictionary(tenant => tenant.Data.Tenant);
        var lane = (slots.Priority, slots.Provider);
        var shares = new TenantShares(
            slots,
            [
                .. GetTurns(due.Keys, _lastServed.GetValueOrDefault(lane, ""))
                    .Select(tenant => (tenant, request.TenantLimit?.Invoke(slots, tenant) ?? int.MaxValue)),
            ]
        );

        while (shares.GetNextShares() is { Count: > 0 } next)
        {
            foreach (var (tenant, wanted) in next)
            {
                var (data, deliveries) = due[tenant];
                var rows = new List<LeasedRow>();
                while (rows.Count < wanted && deliveries.TryDequeue(out var stored))
                {
                    var wasDueAt = stored.DueAt!.Value;
                    stored.Lease(request.Owner, request.Until);
                    rows.Add(
                        new LeasedRow
                        {
                            Delivery = data.GetDelivery(stored),
                            Fence = stored.Fence,
                            WasDueAt = wasDueAt,
                            Number = 0,
                        }
                    );
                }

                shares.Add(tenant, rows, found: rows.Count);
            }
        }

        foreach (var row in shares.GetRowsInTurn())
        {
            _lastServed[lane] = row.Delivery.Tenant;
            yield return new Lease
            {
                Delivery = row.Delivery,
                Owner = request.Owner,
                Fence = row.Fence,
                Until = request.Until,
            };
        }
    }

    private static Queue<StoredDelivery> GetDue(TenantData tenant, LeaseSlots slots, DateTimeOffset now) =>
        new(
            tenant
                .Deliveries.Values.Where(stored =>
                    stored.DueAt <= now
                    && stored.Delivery.Priority == slots.Priority
                    && stored.Delivery.Provider == slots.Provider
                )
                .OrderBy(stored => stored.DueAt)
        );

    private static IEnumerable<string> GetTurns(IEnumerable<string> tenants, string lastServed)
    {
        var isLater = tenants.Order(StringComparer.Ordinal).ToLookup(tenant => string.CompareOrdinal(tenant, lastServed) > 0);
        return isLater[true].Concat(isLater[false]);
    }

    private static Lease? Claim(ClaimRequest request, DeliveryReference reference, IReadOnlyList<TenantData> tenants)
    {
        if (tenants.Find(reference.Id) is not { Stored: { DueAt: not null } stored } found || stored.Fence != reference.Fence)
            return null;

        stored.Lease(request.Owner, request.Until);
        return new Lease
        {
            Delivery = found.Tenant.GetDelivery(stored),
            Owner = request.Owner,
            Fence = stored.Fence,
            Until = request.Until,
        };
    }

    private static bool Renew(DeliveryReference reference, DateTimeOffset until, IReadOnlyList<TenantData> tenants)
    {
        if (tenants.FindLeased(reference.Id, reference.Fence) is not { } found)
            return false;

        found.Stored.DueAt = until;
        return true;
    }

    private static bool Settle(Settlement settlement, IReadOnlyList<TenantData> tenants)
    {
        if (tenants.FindLeased(settlement.DeliveryId, settlement.Fence) is not { } found)
            return false;

        found.Tenant.Settle(found.Stored, settlement);
        return true;
    }

    private static Cancellation? Cancel(TenantData tenant, Guid notificationId, DateTimeOffset now)
    {
        if (!tenant.Notifications.ContainsKey(notificationId))
            return null;

        StoredDelivery[] deliveries = [.. tenant.GetDeliveries(notificationId)];
        StoredDelivery[] cancelled = [.. deliveries.Where(stored => stored.IsFree(now))];
        StoredEvent[] events = [.. tenant.Events.Values.Where(stored => stored.Event.NotificationId == notificationId)];
        StoredEvent[] waiting = [.. events.Where(stored => stored.State == CollectedState.Waiting)];
        var ended = deliveries.Count(stored => stored.DueAt is null);

        foreach (var expansion in tenant.Expansions.Where(expansion => expansion.NotificationId == notificationId))
            expansion.Cancel(now);
        foreach (var stored in cancelled)
            stored.Move(DeliveryState.Cancelled, null, "cancelled", now);
        tenant.CancelEvents(waiting, "cancelled");
        return new Cancellation
        {
            Cancelled = cancelled.Length,
            InFlight = deliveries.Length - ended - cancelled.Length,
            Ended = ended + events.Length - waiting.Length,
            Collected = waiting.Length,
            CancelledIds = [.. cancelled.Select(stored => stored.Delivery.Id)],
        };
    }
}
