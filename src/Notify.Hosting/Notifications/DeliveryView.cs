using Notify.Delivering;
using Notify.Hosting.Requests;
using Notify.Queueing;
using Notify.Settling;

namespace Notify.Hosting.Notifications;

/// <summary>A delivery with its attempts and receipts. Of a push token it shows the end.</summary>
internal sealed record DeliveryView(
    Guid Id,
    Guid NotificationId,
    string? User,
    Channel Channel,
    string Address,
    Platform? Platform,
    string Provider,
    int? FallbackStep,
    DeliveryState State,
    DateTimeOffset? DueAt,
    bool? UnderWay,
    string? Reason,
    IReadOnlyList<AttemptView> Attempts,
    IReadOnlyList<ReceiptView> Receipts
)
{
    public static DeliveryView Of(DeliveryRecord record) =>
        new(
            record.Delivery.Id,
            record.Delivery.NotificationId,
            record.Delivery.UserId,
            record.Delivery.Channel,
            record.Delivery.Channel == Channel.Push ? PushToken.Masked(record.Delivery.To.Value) : record.Delivery.To.Value,
            record.Delivery.To.Platform,
            record.Delivery.Provider,
            record.Delivery.Fallback?.Step,
            record.State,
            // While a process holds the lease, the store knows when the lease ends, and not yet when the next attempt is.
            record.IsUnderWay
                ? null
                : record.DueAt,
            record.IsUnderWay ? true : null,
            record.Reason,
            [.. record.Attempts.Select(AttemptView.Of)],
            [.. record.Receipts.Select(ReceiptView.Of)]
        );
}

internal sealed record AttemptView(
    string Provider,
    DateTimeOffset StartedAt,
    double DurationMs,
    OutcomeKind Outcome,
    string? Reason,
    string? ProviderMessageId,
    CostView? Cost
)
{
    public static AttemptView Of(Attempt attempt) =>
        new(
            attempt.Provider,
            attempt.StartedAt,
            attempt.Duration.TotalMilliseconds,
            attempt.Outcome,
            attempt.Reason,
            attempt.ProviderMessageId,
            attempt.Cost is { } cost ? new CostView(cost.Segments, cost.Amount, cost.Currency) : null
        );
}

internal sealed record CostView(int Segments, decimal? Amount, string? Currency);

internal sealed record ReceiptView(ReceiptKind Kind, DateTimeOffset At, string? Detail)
{
    public static ReceiptView Of(Receipt receipt) => new(receipt.Kind, receipt.At, receipt.Detail);
}
