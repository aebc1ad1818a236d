using Notify.Providers;

namespace Notify.Storage.Files.Model;

/// <summary>This part: how deliveries enter the queue and leave it.</summary>
internal sealed partial class TenantData
{
    /// <summary>Stores a request with everything that belongs to it, unless its idempotency key is taken.</summary>
    public EnqueueResult Enqueue(EnqueueRequest request)
    {
        var notification = request.Notification;
        if (request.Idempotency is { } claim)
        {
            if (IdempotencyKeys.TryGetValue(claim.Key, out var holder) && holder.ExpiresAt > notification.AcceptedAt)
            {
                var isSame = holder.Fingerprint.Span.SequenceEqual(claim.Fingerprint.Span);
                return new EnqueueResult(isSame ? EnqueueStatus.Duplicate : EnqueueStatus.Conflict, holder.NotificationId);
            }

            IdempotencyKeys[claim.Key] = new StoredKey(claim.Fingerprint, notification.Id, claim.ExpiresAt);
        }

        // The contents hold what the trigger's content was rendered to.
        Notifications.Add(notification.Id, notification with { Trigger = notification.Trigger with { Content = null } });
        foreach (var queued in request.Deliveries)
            Add(queued, notification.AcceptedAt);
        foreach (var collected in request.Digests)
            Collect(collected);
        foreach (var expansion in request.Expansions)
            Expansions.Add(StoredExpansion.From(notification, expansion));
        return new EnqueueResult(EnqueueStatus.Stored, notification.Id);
    }

    /// <summary>Adds a delivery, which replaces waiting ones with the same collapse key and address.</summary>
    public void Add(QueuedDelivery queued, DateTimeOffset now)
    {
        var added = queued.Delivery;
        if (added.CollapseKey is not null && queued.CancelledBecause is null)
        {
            foreach (var stored in Deliveries.Values.Where(stored => stored.IsFree(now)))
            {
                if (stored.Delivery.CollapseKey == added.CollapseKey && stored.Delivery.To.Normalize() == added.To.Normalize())
                    stored.Move(DeliveryState.Cancelled, null, "superseded", now);
            }
        }

        Deliveries.Add(added.Id, StoredDelivery.From(queued));
    }

    /// <summary>Settles a leased delivery, and begins the next step of its fallback chain if it became a dead letter.</summary>
    public void Settle(StoredDelivery stored, Settlement settlement)
    {
        stored.Settle(settlement);
        if (stored.State != DeliveryState.DeadLetter || stored.Delivery.Fallback is not { } place)
            return;

        var chain = GetDeliveries(stored.Delivery.NotificationId).Where(other => other.Delivery.Fallback?.Chain == place.Chain);
        var steps = chain.ToLookup(other => other.Delivery.Fallback!.Step);
        var mayStillArrive = steps
            .Where(step => step.Key <= place.Step)
            .SelectMany(step => step)
            .Any(other => other.State is DeliveryState.Pending or DeliveryState.Sent);
        if (!mayStillArrive)
            MakeDue(steps[place.Step + 1], settlement.SettledAt);
    }

    /// <summary>
    /// Adds a receipt. A bounce makes the next step of the fallback chain due; any other receipt cancels all later steps. False
    /// when the delivery is not known.
    /// </summary>
    public bool Add(Receipt receipt)
    {
        if (!Deliveries.TryGetValue(receipt.DeliveryId, out var stored) || stored.IsErased)
            return false;

        if (!stored.Receipts.Exists(receipt.Repeats))
            stored.Receipts.Add(receipt);
        if (stored.Delivery.Fallback is not { } place)
            return true;

        var later = GetDeliveries(stored.Delivery.NotificationId)
            .Where(other => other.Delivery.Fallback?.Chain == place.Chain && other.Delivery.Fallback.Step > place.Step)
            .ToArray();
        if (receipt.Kind == ReceiptKind.Bounced)
        {
            MakeDue(later.Where(other => other.Delivery.Fallback!.Step == place.Step + 1), receipt.At);
        }
        else
        {
            var steps = place.GetCancelledSteps(receipt.Kind);
            foreach (
                var other in later.Where(other => ((steps >> other.Delivery.Fallback!.Step) & 1) == 1 && other.IsFree(receipt.At))
            )
                other.Move(DeliveryState.Cancelled, null, "receipt came", receipt.At);
        }

        return true;
    }

    private static void MakeDue(IEnumerable<StoredDelivery> deliveries, DateTimeOffset now)
    {
        foreach (var stored in deliveries.Where(stored => stored.IsFree(now) && stored.DueAt > now))
            stored.DueAt = now;
    }
}

/// <summary>Finds deliveries of any tenant.</summary>
internal static class TenantDataExtensions
{
    /// <summary>Finds a delivery with its tenant; null when it does not exist.</summary>
    public static (TenantData Tenant, StoredDelivery Stored)? Find(this IReadOnlyList<TenantData> tenants, Guid deliveryId)
    {
        foreach (var tenant in tenants)
        {
            if (tenant.Deliveries.TryGetValue(deliveryId, out var stored))
                return (tenant, stored);
        }

        return null;
    }

    /// <summary>Finds a delivery whose lease has this fence; null when the lease was lost.</summary>
    public static (TenantData Tenant, StoredDelivery Stored)? FindLeased(
        this IReadOnlyList<TenantData> tenants,
        Guid deliveryId,
        long fence
    ) => tenants.Find(deliveryId) is { Stored: { Owner: not null } stored } found && stored.Fence == fence ? found : null;
}
