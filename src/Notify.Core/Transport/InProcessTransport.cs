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
/// The transport within one process. A delivery for which this process has a slot and permits enters the queue with its lease, so
/// sending it costs only two writes, enqueue and settle. Every other delivery waits in the store.
/// </summary>
internal sealed class InProcessTransport(
    DeliveryCapacity capacity,
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
        return _sendsHere && delivery.DueAt <= now && capacity.TryTake(delivery)
            ? new QueuedDelivery(delivery, now + options.Value.LeaseDuration, worker.Name)
            : new QueuedDelivery(delivery, delivery.DueAt);
    }

    public ValueTask PublishAsync(IReadOnlyList<QueuedDelivery> deliveries, CancellationToken cancellationToken)
    {
        var hints = new List<DeliveryHint>(deliveries.Count);
        var isWorkWaiting = false;
        foreach (var queued in deliveries)
        {
            if (queued.Lease is { } lease)
                hints.Add(new DeliveryHint(new DeliveryReference(lease.Delivery.Id, lease.Fence), lease));
            else
                isWorkWaiting |= queued.CancelledBecause is null && queued.DueAt <= time.GetUtcNow();
        }

        if (hints.Count > 0)
            _hints.Writer.TryWrite(hints);
        if (isWorkWaiting)
            signal.Set();
        return ValueTask.CompletedTask;
    }

    public void Withdraw(IReadOnlyList<QueuedDelivery> deliveries)
    {
        foreach (var queued in deliveries)
        {
            if (queued.Lease is not null)
                capacity.Release(queued.Delivery);
        }
    }

    /// <summary>Ignores the slots: a delivery that is handed over here has held its slot since <see cref="Prepare"/>.</summary>
    public async IAsyncEnumerable<IReadOnlyList<DeliveryHint>> ConsumeAsync(
        IDeliverySlots deliverySlots,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var hints in _hints.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return hints;
    }
}
