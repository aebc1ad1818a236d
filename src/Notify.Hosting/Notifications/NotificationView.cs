using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Notify.Hosting.Notifications;

/// <summary>A notification with its deliveries. The content is omitted, because the caller already has it.</summary>
internal sealed record NotificationView(
    Guid Id,
    NotificationStatus Status,
    string Tenant,
    string? Kind,
    Priority Priority,
    UsedTemplateView? Template,
    UsedWorkflowView? Workflow,
    string? Category,
    string? CollapseKey,
    string? IdempotencyKey,
    string? Reference,
    string? CancellationKey,
    IReadOnlyList<string>? Tags,
    IReadOnlyDictionary<string, string>? Metadata,
    DateTimeOffset AcceptedAt,
    DateTimeOffset? SendAt,
    DateTime? SendAtLocal,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<ExpansionView> Expansions,
    [property: Description("The time at which the broadcast was paused.")] DateTimeOffset? PausedAt,
    IReadOnlyList<CollectedView>? Collected,
    IReadOnlyList<SummarizedView>? Summarizes,
    CountsView Counts,
    DeliveriesView Deliveries
)
{
    public static NotificationView Create(NotificationTimeline timeline, string? next) =>
        new(
            timeline.Notification.Id,
            timeline.Status,
            timeline.Notification.Tenant,
            GetKind(timeline.Notification.Trigger),
            timeline.Notification.Trigger.Priority,
            UsedTemplateView.Create(timeline.Notification.Trigger),
            UsedWorkflowView.Create(timeline.Notification.Trigger),
            timeline.Notification.Trigger.Category,
            timeline.Notification.Trigger.CollapseKey,
            timeline.Notification.Trigger.IdempotencyKey,
            timeline.Notification.Trigger.Reference,
            timeline.Notification.Trigger.CancellationKey,
            timeline.Notification.Trigger.Tags,
            timeline.Notification.Trigger.Metadata,
            timeline.Notification.AcceptedAt,
            timeline.Notification.Trigger.SendAt,
            timeline.Notification.Trigger.SendAtLocal,
            timeline.Notification.ExpiresAt,
            ExpansionView.CreateAll(timeline.Notification, timeline.Expansions),
            timeline.PausedAt,
            timeline.Collected.Count == 0 ? null : [.. timeline.Collected.Select(CollectedView.Create)],
            timeline.Summarizes.Count == 0 ? null : [.. timeline.Summarizes.Select(SummarizedView.Create)],
            CountsView.Create(timeline.Counts),
            new DeliveriesView([.. timeline.Deliveries.Items.Select(DeliveryView.Create)], next)
        );

    // Nearly every notification is live, so only the others show their kind.
    private static string? GetKind(Trigger trigger) =>
        trigger.Kind switch
        {
            ApiKeyKind.Test => "test",
            ApiKeyKind.Team => "team",
            _ => null,
        };
}

/// <summary>The template of a notification, and the version with which it was rendered.</summary>
internal sealed record UsedTemplateView(string Name, int? Version)
{
    public static UsedTemplateView? Create(Trigger trigger) =>
        trigger.Template is { } name ? new UsedTemplateView(name, trigger.TemplateVersion) : null;
}

/// <summary>The workflow of a notification, and the version that was used.</summary>
internal sealed record UsedWorkflowView(string Name, int? Version)
{
    public static UsedWorkflowView? Create(Trigger trigger) =>
        trigger.Workflow is { } name ? new UsedWorkflowView(name, trigger.WorkflowVersion) : null;
}

/// <summary>A page of a notification's deliveries.</summary>
internal sealed record DeliveriesView(IReadOnlyList<DeliveryView> Items, string? Next);

/// <summary>
/// The progress of an expansion: the number of subscribers whose deliveries have been created. One expansion covers all topics of
/// a notification that have subscribers.
/// </summary>
internal sealed record ExpansionView(
    string Topic,
    long Done,
    long Total,
    bool Complete,
    double Rate,
    double? RemainingSeconds,
    bool DeadLetter,
    string? Reason
)
{
    public static IReadOnlyList<ExpansionView> CreateAll(Notification notification, IReadOnlyList<ExpansionProgress> progress)
    {
        var listed = progress.Select(one => one.Topic).ToHashSet(StringComparer.Ordinal);
        var others = notification
            .Trigger.To.Where(recipient => recipient.Kind == RecipientKind.Topic && !listed.Contains(recipient.Value))
            .Select(recipient => recipient.Value)
            .Distinct();
        return [.. progress.Select(one => one.Total > 0 ? Create(one, [one.Topic, .. others]) : Create(one, [one.Topic]))];
    }

    private static ExpansionView Create(ExpansionProgress progress, IReadOnlyList<string> topics) =>
        new(
            string.Join(", ", topics),
            progress.Done,
            progress.Total,
            progress.IsComplete && !progress.IsDeadLetter,
            progress.Rate,
            progress.Remaining?.TotalSeconds,
            progress.IsDeadLetter,
            progress.Reason
        );
}

/// <summary>An event of the notification that a digest collected, and the summary that contains it.</summary>
internal sealed record CollectedView(Guid Event, Guid Digest, string? User, CollectedState State, Guid? Summary, string? Reason)
{
    public static CollectedView Create(CollectedEvent collected) =>
        new(collected.Id, collected.DigestId, collected.UserId, collected.State, collected.SummaryId, collected.Reason);
}

/// <summary>An event that the notification summarizes.</summary>
internal sealed record SummarizedView(Guid Event, Guid Digest, Guid Notification)
{
    public static SummarizedView Create(CollectedEvent collected) =>
        new(collected.Id, collected.DigestId, collected.NotificationId);
}

/// <summary>The number of deliveries in each state.</summary>
internal sealed record CountsView(long Pending, long Sent, long DeadLetter, long Cancelled)
{
    public static CountsView Create(IReadOnlyDictionary<DeliveryState, long> counts) =>
        new(
            counts.GetValueOrDefault(DeliveryState.Pending),
            counts.GetValueOrDefault(DeliveryState.Sent),
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
[JsonSerializable(typeof(NotificationsView))]
[JsonSerializable(typeof(BroadcastView))]
[JsonSerializable(typeof(CancellationView))]
internal sealed partial class NotificationsJson : JsonSerializerContext;
