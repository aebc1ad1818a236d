using Notify.Storage;

namespace Notify.Core.Events;

/// <summary>Stores receipts, and publishes an event for each.</summary>
internal sealed class ReceiptRecorder(IReceiptStore store, EventSinks sinks, TimeProvider time) : IReceipts
{
    public async Task<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(receipts);
        if (receipts.Count == 0)
            return [];

        // A vendor's clock may be ahead. The store compares times of receipts with its own, so a time in the future could stop
        // deliveries that are being sent.
        var now = time.GetUtcNow();
        Receipt[] past = [.. receipts.Select(receipt => receipt.At > now ? receipt with { At = now } : receipt)];
        var known = await store.AddAsync(tenant, past, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < past.Length; i++)
        {
            if (known[i])
                Publish(tenant, past[i]);
        }

        return known;
    }

    private void Publish(string tenant, Receipt receipt)
    {
        var type = NotifyEventTypes.FromReceipt(receipt.Kind);
        if (!sinks.Want(type))
            return;

        // A vendor that reports the same again does so with the same time.
        sinks.Publish(
            new NotifyEvent
            {
                Id = EventIds.Compute(receipt.DeliveryId, type, receipt.At.UtcTicks),
                Type = type,
                OccurredAt = receipt.At,
                Tenant = tenant,
                Data = new ReceiptEventData
                {
                    DeliveryId = receipt.DeliveryId,
                    Kind = receipt.Kind,
                    Detail = receipt.Detail,
                },
            }
        );
    }
}
