using Notify.Providers;

namespace Notify.Core.Analytics;

/// <summary>Creates the counts of single events. Their time is that of the event.</summary>
internal static class Counts
{
    private const decimal UnitsPerCurrency = 1_000_000;

    /// <summary>Creates the count of one event.</summary>
    public static AnalyticsCount Create(string tenant, AnalyticsMeasure measure, DateTimeOffset at) =>
        new()
        {
            Time = at,
            Resolution = AnalyticsResolution.Minute,
            Tenant = tenant,
            Measure = measure,
            Value = 1,
        };

    /// <summary>Creates the count of one event of a delivery.</summary>
    public static AnalyticsCount Create(Delivery delivery, string provider, AnalyticsMeasure measure, DateTimeOffset at) =>
        Create(delivery.Tenant, measure, at) with
        {
            Channel = delivery.Channel,
            Provider = provider,
            Template = delivery.Template,
            Workflow = delivery.Workflow,
            Category = delivery.Category,
        };

    public static AnalyticsMeasure GetMeasure(DeliveryState state, OutcomeKind? outcome) =>
        state switch
        {
            DeliveryState.Sent => AnalyticsMeasure.Sent,
            DeliveryState.Cancelled => AnalyticsMeasure.Cancelled,
            DeliveryState.Pending when outcome is null => AnalyticsMeasure.Postponed,
            DeliveryState.Pending => AnalyticsMeasure.Retried,
            _ => AnalyticsMeasure.Failed,
        };

    /// <summary>Gets the measure of a receipt; null for a kind that only one provider knows.</summary>
    public static AnalyticsMeasure? FindMeasure(ReceiptKind kind) =>
        kind.Name switch
        {
            "delivered" => AnalyticsMeasure.Delivered,
            "bounced" => AnalyticsMeasure.Bounced,
            "opened" => AnalyticsMeasure.Opened,
            "clicked" => AnalyticsMeasure.Clicked,
            "complained" => AnalyticsMeasure.Complained,
            _ => null,
        };

    /// <summary>Gets the class of the reason for which a delivery failed.</summary>
    public static string GetFailureClass(OutcomeKind? lastOutcome) =>
        lastOutcome switch
        {
            OutcomeKind.Rejected => FailureClasses.Rejected,
            OutcomeKind.RecipientGone => FailureClasses.RecipientGone,
            OutcomeKind.AnswerLost => FailureClasses.AnswerLost,
            null => FailureClasses.Expired,
            _ => FailureClasses.AttemptsSpent,
        };

    /// <summary>Creates the count of a cost from the count of its message.</summary>
    public static AnalyticsCount CreateCost(AnalyticsCount message, decimal amount, string currency) =>
        message with
        {
            Measure = AnalyticsMeasure.Cost,
            Detail = currency,
            Value = (long)decimal.Round(amount * UnitsPerCurrency, MidpointRounding.AwayFromZero),
        };

    /// <summary>Gets the amount of a count of costs in its currency.</summary>
    public static decimal GetAmount(AnalyticsCount cost) => cost.Value / UnitsPerCurrency;
}
