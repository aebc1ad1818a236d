using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Simulation.Tests;

/// <summary>
/// The end of a transport between processes that one of them has. Hints get lost, are repeated or late, and reach any process.
/// </summary>
internal sealed class SimulatedBus(SimulatedProcess process, World world) : IDeliveryTransport
{
    private readonly Channel<IReadOnlyList<DeliveryHint>> _received = System.Threading.Channels.Channel.CreateUnbounded<
        IReadOnlyList<DeliveryHint>
    >(new UnboundedChannelOptions { AllowSynchronousContinuations = true });

    public QueuedDelivery Prepare(Delivery delivery) =>
        delivery.DueAt <= world.Clock.Now
            ? new QueuedDelivery(delivery, delivery.DueAt + world.Conditions.LeaseDuration)
            : new QueuedDelivery(delivery, delivery.DueAt);

    public async ValueTask PublishAsync(IReadOnlyList<QueuedDelivery> deliveries, CancellationToken cancellationToken)
    {
        foreach (var queued in deliveries.Where(queued => queued.DueAt > queued.Delivery.DueAt))
            await PublishAsync(new DeliveryHint(new DeliveryReference(queued.Delivery.Id, 0)), cancellationToken)
                .ConfigureAwait(false);
    }

    public void Withdraw(IReadOnlyList<QueuedDelivery> deliveries) { }

    public async IAsyncEnumerable<IReadOnlyList<DeliveryHint>> ConsumeAsync(
        IDeliverySlots slots,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var hints in _received.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return hints;
    }

    public void Receive(DeliveryHint hint) => _received.Writer.TryWrite([hint]);

    private async ValueTask PublishAsync(DeliveryHint hint, CancellationToken cancellationToken) =>
        await world
            .Operations.CallAsync(
                process,
                "publish",
                () =>
                {
                    for (var times = world.DrawArrivals(); times > 0; times--)
                        world.Carry(hint);
                    return true;
                },
                cancellationToken,
                world.Ledger.GetNumber(hint.Reference.Id)
            )
            .ConfigureAwait(false);
}
