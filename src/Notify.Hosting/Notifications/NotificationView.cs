using System.Text.Json.Serialization;
using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Hosting.Notifications;

/// <summary>What a trigger is answered with.</summary>
internal sealed record AcceptedView(Guid Id, bool Duplicate, string StatusUrl);

/// <summary>A notification and what became of it. Its content, which the caller has, is left out.</summary>
internal sealed record NotificationView(
    Guid Id,
    string Tenant,
    Priority Priority,
    string? Template,
    string? IdempotencyKey,
    DateTimeOffset AcceptedAt,
    DateTimeOffset? SendAt,
    DateTimeOffset ExpiresAt,
    CountsView Counts,
    IReadOnlyList<DeliveryView> Deliveries,
    string? Next);

/// <summary>How many of its deliveries are in each state.</summary>
internal sealed record CountsView(long Pending, long Accepted, long DeadLetter, long Cancelled)
{
    public static CountsView Of(IReadOnlyDictionary<DeliveryState, long> counts) => new(
        counts.GetValueOrDefault(DeliveryState.Pending),
        counts.GetValueOrDefault(DeliveryState.Accepted),
        counts.GetValueOrDefault(DeliveryState.DeadLetter),
        counts.GetValueOrDefault(DeliveryState.Cancelled));
}

internal sealed record DeliveryView(
    Guid Id,
    Channel Channel,
    string Address,
    Platform? Platform,
    string Provider,
    DeliveryState State,
    DateTimeOffset? DueAt,
    string? Reason,
    IReadOnlyList<AttemptView> Attempts)
{
    public static DeliveryView Of(DeliveryRecord record) => new(
        record.Delivery.Id,
        record.Delivery.Channel,
        record.Delivery.To.Value,
        record.Delivery.To.Platform,
        record.Delivery.Provider,
        record.State,
        record.DueAt,
        record.Reason,
        [.. record.Attempts.Select(AttemptView.Of)]);
}

internal sealed record AttemptView(
    string Provider, DateTimeOffset StartedAt, double DurationMs, OutcomeKind Outcome, string? Reason, string? ProviderMessageId)
{
    public static AttemptView Of(Attempt attempt) => new(
        attempt.Provider,
        attempt.StartedAt,
        attempt.Duration.TotalMilliseconds,
        attempt.Outcome,
        attempt.Reason,
        attempt.ProviderMessageId);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AcceptedView))]
[JsonSerializable(typeof(NotificationView))]
internal sealed partial class NotificationsJson : JsonSerializerContext;
