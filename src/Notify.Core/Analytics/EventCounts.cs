namespace Notify.Core.Analytics;

/// <summary>Creates the counts of an event. They are the same that the process which published it would count.</summary>
internal static class EventCounts
{
    public static IEnumerable<AnalyticsCount> Create(NotifyEvent happened) =>
        happened.Data switch
        {
            NotificationAcceptedData accepted => [Create(happened, accepted)],
            DeliveryEventData delivery => Create(happened, delivery),
            ReceiptEventData { IsFirst: true } receipt when Counts.FindMeasure(receipt.Kind) is { } measure =>
            [
                Create(happened, receipt, measure),
            ],
            DeviceEventData device when happened.Type == NotifyEventTypes.DevicePruned => [Create(happened, device)],
            _ => [],
        };

    private static AnalyticsCount Create(NotifyEvent happened, NotificationAcceptedData accepted) =>
        Counts.Create(happened.Tenant, AnalyticsMeasure.Accepted, happened.OccurredAt) with
        {
            Template = accepted.Template,
            Workflow = accepted.Workflow,
            Category = accepted.Category,
        };

    private static IEnumerable<AnalyticsCount> Create(NotifyEvent happened, DeliveryEventData delivery)
    {
        var measure = Counts.GetMeasure(delivery.State, delivery.Outcome);
        var count = Counts.Create(happened.Tenant, measure, happened.OccurredAt) with
        {
            Detail = measure == AnalyticsMeasure.Failed ? Counts.GetFailureClass(delivery.Outcome) : null,
            Channel = delivery.Channel,
            Provider = delivery.Provider,
            Template = delivery.Template,
            Workflow = delivery.Workflow,
            Category = delivery.Category,
        };
        yield return count;
        if (delivery.Cost is { Amount: { } amount, Currency: { } currency })
            yield return Counts.CreateCost(count, amount, currency);
    }

    private static AnalyticsCount Create(NotifyEvent happened, ReceiptEventData receipt, AnalyticsMeasure measure) =>
        Counts.Create(happened.Tenant, measure, happened.OccurredAt) with
        {
            Channel = receipt.Channel,
            Provider = receipt.Provider,
            Template = receipt.Template,
            Workflow = receipt.Workflow,
            Category = receipt.Category,
        };

    private static AnalyticsCount Create(NotifyEvent happened, DeviceEventData device) =>
        Counts.Create(happened.Tenant, AnalyticsMeasure.Pruned, happened.OccurredAt) with
        {
            Channel = Channel.Push,
            Provider = device.Provider,
        };
}
