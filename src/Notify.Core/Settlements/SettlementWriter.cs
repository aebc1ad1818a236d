using Notify.Core.Analytics;
using Notify.Core.Events;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Settlements;

/// <summary>
/// Writes settlements, and reports those that were written. An event to which an endpoint subscribes is stored before its
/// settlement and sent after it, so a process that is killed at any moment loses none. If the tenant has no subscription, a
/// settlement is one write.
/// </summary>
internal sealed class SettlementWriter(IDeliveryQueue queue, DeliveryRecorder recorder, EventForwarder events)
{
    /// <summary>Writes a settlement. Returns false if the lease was lost.</summary>
    public async ValueTask<bool> WriteAsync(Lease lease, Settlement settlement, CancellationToken cancellationToken)
    {
        var held = await HoldAsync(lease.Delivery, settlement, cancellationToken).ConfigureAwait(false);
        if (held is not null)
            await events.EnqueueAsync(held.Requests, cancellationToken).ConfigureAwait(false);
        var applied = await SettleAsync([settlement], held is null ? [] : [held], cancellationToken).ConfigureAwait(false);
        await ReportAsync(lease.Delivery, settlement, held, applied[0]).ConfigureAwait(false);
        return applied[0];
    }

    /// <summary>Writes settlements in one write.</summary>
    public async ValueTask WriteAsync(
        IReadOnlyList<(Lease Lease, Settlement Settlement)> ended,
        CancellationToken cancellationToken
    )
    {
        var held = new HeldEvent?[ended.Count];
        for (var i = 0; i < held.Length; i++)
            held[i] = await HoldAsync(ended[i].Lease.Delivery, ended[i].Settlement, cancellationToken).ConfigureAwait(false);

        HeldEvent[] all = [.. held.OfType<HeldEvent>()];
        if (all.Length > 0)
            await events.EnqueueAsync([.. all.SelectMany(one => one.Requests)], cancellationToken).ConfigureAwait(false);
        var applied = await SettleAsync([.. ended.Select(one => one.Settlement)], all, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < held.Length; i++)
            await ReportAsync(ended[i].Lease.Delivery, ended[i].Settlement, held[i], applied[i]).ConfigureAwait(false);
    }

    private async ValueTask<HeldEvent?> HoldAsync(Delivery delivery, Settlement settlement, CancellationToken cancellationToken)
    {
        if (EventForwarder.IsEvent(delivery))
            return null;

        var subscribers = await events
            .FindSubscribersAsync(delivery.Tenant, DeliveryRecorder.GetEventType(settlement), cancellationToken)
            .ConfigureAwait(false);
        if (subscribers.Count == 0)
            return null;

        var happened = recorder.CreateEvent(delivery, settlement);
        return new HeldEvent(happened, [.. events.Hold(subscribers, happened)]);
    }

    private async ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        HeldEvent[] held,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await queue.SettleAsync(settlements, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The store may have written the settlements.
            foreach (var one in held)
                events.Leave(one.Requests);
            throw;
        }
    }

    // What is written is reported, even if the process is stopping.
    private async ValueTask ReportAsync(Delivery delivery, Settlement settlement, HeldEvent? held, bool isWritten)
    {
        if (isWritten)
            recorder.Record(delivery, settlement, held?.Event);
        if (held is null)
            return;
        if (isWritten)
            await events.PublishAsync(held.Requests, CancellationToken.None).ConfigureAwait(false);
        else
            await events.WithdrawAsync(held.Requests).ConfigureAwait(false);
    }

    private sealed record HeldEvent(NotifyEvent Event, IReadOnlyList<EnqueueRequest> Requests);
}
