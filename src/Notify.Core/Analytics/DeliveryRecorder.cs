using Notify.Core.Events;
using Notify.Core.Telemetry;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Analytics;

/// <summary>The last stage of a delivery: counts settlements and publishes them to sinks.</summary>
internal sealed class DeliveryRecorder(CountRecorder counts, MessagePrices prices, EventSinks sinks)
{
    /// <summary>
    /// Counts a settlement and publishes it to the sinks that want it. A delivery that carries an event is neither counted nor
    /// published: it is not a message of the tenant, and an event about it would be delivered in turn.
    /// </summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="settlement">The settlement, which is written.</param>
    /// <param name="happened">The event, if it was already created.</param>
    public void Record(Delivery delivery, Settlement settlement, NotifyEvent? happened = null)
    {
        EngineTelemetry.RecordSettled(delivery, settlement);
        if (EventForwarder.IsEvent(delivery))
            return;

        var cost = prices.Find(settlement);
        Count(delivery, settlement, cost);
        var type = GetEventType(settlement);
        if (sinks.Want(type))
            sinks.Publish(happened ?? CreateEvent(type, delivery, settlement, cost));
    }

    /// <summary>Creates the event that reports a settlement.</summary>
    public NotifyEvent CreateEvent(Delivery delivery, Settlement settlement) =>
        CreateEvent(GetEventType(settlement), delivery, settlement, prices.Find(settlement));

    /// <summary>Gets the type of the event that reports a settlement.</summary>
    public static string GetEventType(Settlement settlement) =>
        settlement.State switch
        {
            DeliveryState.Sent => NotifyEventTypes.DeliverySent,
            DeliveryState.Cancelled => NotifyEventTypes.DeliveryCancelled,
            DeliveryState.Pending when settlement.Attempt is null => NotifyEventTypes.DeliveryPostponed,
            DeliveryState.Pending => NotifyEventTypes.DeliveryRetried,
            _ => NotifyEventTypes.DeliveryFailed,
        };

    private void Count(Delivery delivery, Settlement settlement, Cost? cost)
    {
        var outcome = settlement.Attempt?.Outcome;
        var measure = Counts.GetMeasure(settlement.State, outcome);
        var count = Counts.Create(delivery, GetProvider(settlement), measure, settlement.SettledAt) with
        {
            Detail = measure == AnalyticsMeasure.Failed ? Counts.GetFailureClass(outcome) : null,
        };
        counts.Add(count);
        if (cost is { Amount: { } amount, Currency: { } currency })
            counts.Add(Counts.CreateCost(count, amount, currency));
    }

    // A failed attempt is counted for the provider that made it, also if the delivery moves to another one.
    private static string GetProvider(Settlement settlement) => settlement.Attempt?.Provider ?? settlement.Provider;

    // A delivery is settled once under each fence, so the fence tells its events apart.
    private static NotifyEvent CreateEvent(string type, Delivery delivery, Settlement settlement, Cost? cost) =>
        new()
        {
            Id = EventIds.Compute(delivery.Id, "delivery", settlement.Fence),
            Type = type,
            OccurredAt = settlement.SettledAt,
            Tenant = delivery.Tenant,
            Data = new DeliveryEventData
            {
                NotificationId = delivery.NotificationId,
                DeliveryId = delivery.Id,
                User = delivery.UserId,
                Channel = delivery.Channel,
                Provider = GetProvider(settlement),
                State = settlement.State,
                Outcome = settlement.Attempt?.Outcome,
                Reason = settlement.Reason,
                DueAt = settlement.DueAt,
                Template = delivery.Template,
                Workflow = delivery.Workflow,
                Category = delivery.Category,
                Cost = cost,
                Reference = delivery.Reference,
                Tags = delivery.Tags,
                Metadata = delivery.Metadata,
            },
        };
}
