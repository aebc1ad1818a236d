using System.ComponentModel;
using ModelContextProtocol.Server;
using Notify.Providers;

namespace Notify.Host.Mcp;

/// <summary>The tools that look into notifications. They show neither addresses nor contents.</summary>
internal sealed class NotificationTools(INotificationQueries queries, IHttpContextAccessor accessor)
{
    private const string After = "The value of next of the page before.";
    private const string Limit = "The number of items, 1 to 500.";
    private const int UsualLimit = 20;

    [McpServerTool(Name = "get_notification", Title = "Get a notification", ReadOnly = true, UseStructuredContent = true)]
    [Description("Shows a notification with its timeline: its deliveries, their attempts, and the receipts of vendors.")]
    public async Task<NotificationDetails> GetAsync(
        [Description("The ID.")] Guid id,
        [Description(After)] string? after = null,
        [Description(Limit)] int limit = UsualLimit,
        CancellationToken cancellationToken = default
    )
    {
        var page = new PageRequest { After = after ?? "", Limit = limit };
        var found = await queries.FindAsync(accessor.GetCaller().Tenant, id, page, cancellationToken);
        return found is null ? throw ToolErrors.CreateUnknown("notification") : NotificationDetails.Create(found);
    }

    [McpServerTool(Name = "list_notifications", Title = "List notifications", ReadOnly = true, UseStructuredContent = true)]
    [Description("Lists notifications, newest first. All criteria must match.")]
    public async Task<ItemPage<NotificationItem>> ListAsync(
        [Description("The status.")] NotificationStatus? status = null,
        [Description("The sender's own name for it, such as the number of an order.")] string? reference = null,
        [Description("A tag.")] string? tag = null,
        [Description("The ID of a user whom the trigger names.")] string? user = null,
        [Description("An address that the trigger names, such as an email address.")] string? address = null,
        [Description("The name of the template.")] string? template = null,
        [Description("The category.")] string? category = null,
        [Description("A channel over which it has a delivery, such as email.")] string? channel = null,
        [Description("Accepted at or after this time.")] DateTimeOffset? from = null,
        [Description("Accepted before this time.")] DateTimeOffset? to = null,
        [Description(After)] string? after = null,
        [Description(Limit)] int limit = UsualLimit,
        CancellationToken cancellationToken = default
    )
    {
        var query = new NotificationQuery
        {
            Tenant = accessor.GetCaller().Tenant,
            Status = status,
            Reference = reference,
            Tag = tag,
            UserId = user,
            Address = address,
            Template = template,
            Category = category,
            Channel = channel is null ? null : Channel.Create(channel),
            From = from,
            To = to,
        };
        var page = await queries.ListAsync(query, new PageRequest { After = after ?? "", Limit = limit }, cancellationToken);
        return new ItemPage<NotificationItem>([.. page.Items.Select(NotificationItem.Create)], page.Next);
    }

    [McpServerTool(Name = "list_dead_letters", Title = "List dead letters", ReadOnly = true, UseStructuredContent = true)]
    [Description("Lists deliveries that ended without being sent, with the reason, newest first.")]
    public async Task<ItemPage<DeliveryDetails>> ListDeadLettersAsync(
        [Description("The provider.")] string? provider = null,
        [Description("The reason.")] string? reason = null,
        [Description("Ended at or after this time.")] DateTimeOffset? from = null,
        [Description("Ended before this time.")] DateTimeOffset? to = null,
        [Description(After)] string? after = null,
        [Description(Limit)] int limit = UsualLimit,
        CancellationToken cancellationToken = default
    )
    {
        var filter = new DeadLetterFilter
        {
            Tenant = accessor.GetCaller().Tenant,
            Provider = provider,
            Reason = reason,
            From = from,
            To = to,
        };
        var page = new PageRequest { After = after ?? "", Limit = limit };
        var found = await queries.ListDeadLettersAsync(filter, page, cancellationToken);
        return new ItemPage<DeliveryDetails>([.. found.Items.Select(DeliveryDetails.Create)], found.Next);
    }
}

/// <summary>A page of a list.</summary>
internal sealed record ItemPage<TItem>(IReadOnlyList<TItem> Items, string? Next);

/// <summary>A notification in a list.</summary>
internal sealed record NotificationItem(
    Guid Id,
    NotificationStatus? Status,
    DateTimeOffset AcceptedAt,
    string? Template,
    string? Category,
    string? Reference
)
{
    public static NotificationItem Create(NotificationSummary summary) =>
        new(
            summary.Id,
            summary.Status,
            summary.AcceptedAt,
            summary.Trigger.Template,
            summary.Trigger.Category,
            summary.Trigger.Reference
        );
}

/// <summary>A notification with its timeline.</summary>
internal sealed record NotificationDetails(
    Guid Id,
    NotificationStatus Status,
    DateTimeOffset AcceptedAt,
    DateTimeOffset ExpiresAt,
    string? Template,
    string? Category,
    string? Reference,
    IReadOnlyList<string> Tags,
    IReadOnlyList<DeliveryDetails> Deliveries,
    string? Next
)
{
    public static NotificationDetails Create(NotificationTimeline timeline) =>
        new(
            timeline.Notification.Id,
            timeline.Status,
            timeline.Notification.AcceptedAt,
            timeline.Notification.ExpiresAt,
            timeline.Notification.Trigger.Template,
            timeline.Notification.Trigger.Category,
            timeline.Notification.Trigger.Reference,
            timeline.Notification.Trigger.Tags ?? [],
            [.. timeline.Deliveries.Items.Select(DeliveryDetails.Create)],
            timeline.Deliveries.Next
        );
}

/// <summary>A delivery.</summary>
internal sealed record DeliveryDetails(
    Guid Id,
    Guid NotificationId,
    string? User,
    string Channel,
    string Provider,
    DeliveryState State,
    DateTimeOffset? DueAt,
    DateTimeOffset? EndedAt,
    string? Reason,
    IReadOnlyList<AttemptDetails> Attempts,
    IReadOnlyList<ReceiptDetails> Receipts
)
{
    public static DeliveryDetails Create(DeliveryRecord record) =>
        new(
            record.Delivery.Id,
            record.Delivery.NotificationId,
            record.Delivery.UserId,
            record.Delivery.Channel.Name,
            record.Delivery.Provider,
            record.State,
            record.IsInFlight ? null : record.DueAt,
            record.EndedAt,
            record.Reason,
            [.. record.Attempts.Select(attempt => new AttemptDetails(attempt.StartedAt, attempt.Outcome, attempt.Reason))],
            [.. record.Receipts.Select(receipt => new ReceiptDetails(receipt.At, receipt.Kind.Name))]
        );
}

/// <summary>An attempt.</summary>
internal sealed record AttemptDetails(DateTimeOffset StartedAt, OutcomeKind Outcome, string? Reason);

/// <summary>A receipt.</summary>
internal sealed record ReceiptDetails(DateTimeOffset At, string Kind);
