using System.Text.Json.Serialization;
using Notify.Planning;
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
    string? Category,
    string? CollapseKey,
    string? IdempotencyKey,
    DateTimeOffset AcceptedAt,
    DateTimeOffset? SendAt,
    DateTime? SendAtLocal,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<ExpansionView> Expansions,
    CountsView Counts,
    IReadOnlyList<DeliveryView> Deliveries,
    string? Next
)
{
    public static NotificationView Of(
        Notification notification,
        IReadOnlyList<ExpansionView> expansions,
        CountsView counts,
        IReadOnlyList<DeliveryView> deliveries,
        string? next
    ) =>
        new(
            notification.Id,
            notification.Tenant,
            notification.Trigger.Priority,
            notification.Trigger.Template,
            notification.Trigger.Category,
            notification.Trigger.CollapseKey,
            notification.Trigger.IdempotencyKey,
            notification.AcceptedAt,
            notification.Trigger.SendAt,
            notification.Trigger.SendAtLocal,
            notification.ExpiresAt,
            expansions,
            counts,
            deliveries,
            next
        );
}

/// <summary>How far a topic's subscribers have got their deliveries.</summary>
internal sealed record ExpansionView(string Topic, long Done, long Total, bool Complete, double Rate, double? RemainingSeconds)
{
    public static ExpansionView Of(ExpansionProgress progress) =>
        new(progress.Topic, progress.Done, progress.Total, progress.IsComplete, progress.Rate, progress.Remaining?.TotalSeconds);
}

/// <summary>How many of its deliveries are in each state.</summary>
internal sealed record CountsView(long Pending, long Accepted, long DeadLetter, long Cancelled)
{
    public static CountsView Of(IReadOnlyDictionary<DeliveryState, long> counts) =>
        new(
            counts.GetValueOrDefault(DeliveryState.Pending),
            counts.GetValueOrDefault(DeliveryState.Accepted),
            counts.GetValueOrDefault(DeliveryState.DeadLetter),
            counts.GetValueOrDefault(DeliveryState.Cancelled)
        );
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(AcceptedView))]
[JsonSerializable(typeof(NotificationView))]
[JsonSerializable(typeof(Cancellation))]
internal sealed partial class NotificationsJson : JsonSerializerContext;
