using System.Diagnostics.CodeAnalysis;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Transport;

/// <summary>
/// A transport for hints, which inform workers of deliveries before polling of the queue would find them. A lost hint costs only
/// a delay, and a repeated hint only a failed claim.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IDeliveryTransport
{
    /// <summary>
    /// Prepares a delivery for the queue before it is stored, and decides how long it is reserved for the receiver of its hint.
    /// </summary>
    /// <param name="delivery">The delivery.</param>
    /// <returns>The delivery as it is to be stored.</returns>
    QueuedDelivery Prepare(Delivery delivery);

    /// <summary>Publishes hints for deliveries that have been stored.</summary>
    /// <param name="deliveries">The deliveries, as returned by <see cref="Prepare"/>.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask PublishAsync(IReadOnlyList<QueuedDelivery> deliveries, CancellationToken cancellationToken);

    /// <summary>
    /// Releases what <see cref="Prepare"/> reserved for deliveries that were not stored. By default, it does nothing, which suits
    /// a transport that reserves nothing.
    /// </summary>
    /// <param name="deliveries">The deliveries, as returned by <see cref="Prepare"/>.</param>
    void Withdraw(IReadOnlyList<QueuedDelivery> deliveries) { }

    /// <summary>
    /// Receives hints in batches until cancelled. When the worker requests the next batch, it has finished with the previous one:
    /// every delivery that could be claimed has been claimed, and a crash loses none of them.
    /// </summary>
    /// <param name="slots">The deliveries that the worker can take. It gives back deliveries beyond that.</param>
    /// <param name="cancellationToken">A token to stop receiving.</param>
    IAsyncEnumerable<IReadOnlyList<DeliveryHint>> ConsumeAsync(IDeliverySlots slots, CancellationToken cancellationToken);
}

/// <summary>A hint that a delivery can be sent now.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct DeliveryHint
{
    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="reference">The delivery to claim.</param>
    /// <param name="lease">The lease, if the receiver already holds it and does not have to claim the delivery.</param>
    [SetsRequiredMembers]
    public DeliveryHint(DeliveryReference reference, Lease? lease = null)
    {
        Reference = reference;
        Lease = lease;
    }

    /// <summary>Gets the delivery to claim.</summary>
    public required DeliveryReference Reference { get; init; }

    /// <summary>Gets the lease, if the receiver already holds it and does not have to claim the delivery.</summary>
    public Lease? Lease { get; init; }
}
