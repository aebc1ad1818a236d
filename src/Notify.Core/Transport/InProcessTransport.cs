using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Notify.Core.Capacity;
using Notify.Core.Queue;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Transport;

/// <summary>
/// The transport within one process. A delivery that this process has room for enters the queue with the lease already held,
/// so that sending it costs two writes, enqueue and settle. One that it has no room for waits in the store.
/// </summary>
internal sealed class InProcessTransport(
    DeliveryAdmission admission,
    DeliverySlots slots,
    WorkSignal signal,
    WorkerIdentity worker,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time
) : IDeliveryTransport
{
    private readonly Channel<IReadOnlyList<DeliveryHint>> _hints = System.Threading.Channels.Channel.CreateUnbounded<
        IReadOnlyList<DeliveryHint>
    >(new UnboundedChannelOptions { AllowSynchronousContinuations = settings.ContinueInline });

    private readonly bool _sendsHere = options.Value.Workers.HasFlag(Workers.Delivery);

    public QueuedDelivery Prepare(Delivery delivery)
    {
        var now = time.GetUtcNow();
        return _sendsHere && delivery.DueAt <= now && admission.TryAdmit(delivery)
            ? new QueuedDelivery(delivery, now + options.Value.LeaseDuration, worker.Name)
            : new QueuedDelivery(delivery, delivery.DueAt);
    }

    public ValueTask PublishAsync(IReadOnlyList<QueuedDelivery> deliveries, CancellationToken cancellationToken)
    {
        var hints = new List<DeliveryHint>(deliveries.Count);
        var isOneWaiting = false;
        foreach (var queued in deliveries)
        {
            if (queued.Lease is { } lease)
                hints.Add(new DeliveryHint(new DeliveryReference(lease.Delivery.Id, lease.Fence), lease));
            else
                isOneWaiting |= queued.CancelledBecause is null && queued.DueAt <= time.GetUtcNow();
        }

        if (hints.Count > 0)
            _hints.Writer.TryWrite(hints);
        if (isOneWaiting)
            signal.Set();
        return ValueTask.CompletedTask;
    }

    public void Withdraw(IReadOnlyList<QueuedDelivery> deliveries)
    {
        foreach (var queued in deliveries)
        {
            if (queued.Lease is not null)
                slots.Release(queued.Delivery);
        }
    }

    /// <summary>Asks for no room: what is handed over here has had its slot since it was prepared.</summary>
    public async IAsyncEnumerable<IReadOnlyList<DeliveryHint>> ConsumeAsync(
        IDeliveryRoom room,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var hints in _hints.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return hints;
    }
}
