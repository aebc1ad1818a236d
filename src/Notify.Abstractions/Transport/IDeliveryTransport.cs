using Notify.Providers;
using Notify.Storage;

namespace Notify.Transport;

/// <summary>
/// Tells workers of deliveries sooner than the queue's due time would. What it carries are hints: losing one costs a delay,
/// repeating one costs a refused claim.
/// </summary>
public interface IDeliveryTransport
{
    /// <summary>Decides, before a delivery is stored, how long it is kept for whoever receives the hint.</summary>
    QueuedDelivery Prepare(Delivery delivery);

    /// <summary>Sends hints of deliveries that are stored now.</summary>
    ValueTask PublishAsync(IReadOnlyList<QueuedDelivery> deliveries, CancellationToken cancellationToken);

    /// <summary>Takes back what <see cref="Prepare"/> set aside for deliveries that were not stored.</summary>
    void Withdraw(IReadOnlyList<QueuedDelivery> deliveries);

    /// <summary>
    /// Receives hints in batches, until cancelled. When the next batch is asked for, the worker has taken the one before: every
    /// delivery that could be claimed was, and a crash loses none of them.
    /// </summary>
    /// <param name="slots">The deliveries that the worker can take. It gives back those that it is handed beyond that.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<IReadOnlyList<DeliveryHint>> ConsumeAsync(IDeliverySlots slots, CancellationToken cancellationToken);
}

/// <summary>A delivery that can be sent now.</summary>
/// <param name="Reference">The delivery to claim.</param>
/// <param name="Lease">The lease, when the receiver holds it already and nothing is left to claim.</param>
public readonly record struct DeliveryHint(DeliveryReference Reference, Lease? Lease = null);
