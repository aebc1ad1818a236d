using Notify.Hosting.Requests;
using Notify.Providers;

namespace Notify.Hosting.Notifications;

/// <summary>A delivery with its attempts and receipts. Only the last characters of a push token are shown.</summary>
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
    DateTimeOffset? EndedAt,
    bool? InFlight,
    string? Reason,
    IReadOnlyList<AttemptView> Attempts,
    IReadOnlyList<ReceiptView> Receipts
)
{
    public static DeliveryView Create(DeliveryRecord record) =>
        new(
            record.Delivery.Id,
            record.Delivery.NotificationId,
            record.Delivery.UserId,
            record.Delivery.Channel,
            record.Delivery.Channel == Channel.Push ? PushToken.Mask(record.Delivery.To.Value) : record.Delivery.To.Value,
            record.Delivery.To.Platform,
            record.Delivery.Provider,
            record.Delivery.Fallback?.Step,
            record.State,
            // While a process holds the lease, the stored due time is the end of the lease, not the time of the next attempt.
            record.IsInFlight
                ? null
                : record.DueAt,
            record.EndedAt,
            record.IsInFlight ? true : null,
            record.Reason,
            [.. record.Attempts.Select(AttemptView.Create)],
            [.. record.Receipts.Select(ReceiptView.Create)]
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
    public static AttemptView Create(Attempt attempt) =>
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
    public static ReceiptView Create(Receipt receipt) => new(receipt.Kind, receipt.At, receipt.Detail);
}
