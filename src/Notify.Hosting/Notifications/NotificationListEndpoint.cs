using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary><c>GET /v1/notifications</c>: lists a tenant's notifications page by page, newest first.</summary>
internal static class NotificationListEndpoint
{
    public static readonly Dictionary<string, NotificationStatus> Statuses = new(StringComparer.Ordinal)
    {
        ["scheduled"] = NotificationStatus.Scheduled,
        ["inProgress"] = NotificationStatus.InProgress,
        ["completed"] = NotificationStatus.Completed,
        ["failed"] = NotificationStatus.Failed,
        ["cancelled"] = NotificationStatus.Cancelled,
        ["nothingToSend"] = NotificationStatus.NothingToSend,
    };

    public static async Task<IResult> HandleAsync(HttpContext context, INotificationQueries queries)
    {
        var request = context.Request;
        var errors = new FieldErrors();
        var query = new NotificationQuery { Tenant = RequestValues.GetTenant(request) };
        var page = RequestPage.Read(request, errors, field => query = Read(query, field));
        var requested = page.ToRequest();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await queries.ListAsync(query, requested, context.RequestAborted).ConfigureAwait(false);
        var path = $"{request.PathBase}{request.Path}".TrimEnd('/');
        return TypedResults.Json(
            new NotificationsView(
                [.. found.Items.Select(notification => NotificationItemView.Create(notification, path))],
                RequestPage.NextAfter(request, found)
            ),
            NotificationsJson.Default.NotificationsView
        );
    }

    private static NotificationQuery Read(NotificationQuery query, JsonField field)
    {
        switch (field.Name)
        {
            case "from":
                return query with { From = field.Time() };
            case "to":
                return query with { To = field.Time() };
            case "reference":
                return query with { Reference = field.Text() };
            case "tag":
                return query with { Tag = field.Text() };
            case "user":
                return query with { UserId = field.Text() };
            case "address":
                return query with { Address = field.Text() };
            case "template":
                return query with { Template = field.Text() };
            case "category":
                return query with { Category = field.Text() };
            case "channel":
                return query with { Channel = ChannelReader.Read(field) };
            case "priority":
                return query with { Priority = field.GetOne(TriggerBody.Priorities) };
            case "status":
                return query with { Status = field.GetOne(Statuses) };
            default:
                field.Unknown(
                    "from",
                    "to",
                    "reference",
                    "tag",
                    "user",
                    "address",
                    "template",
                    "category",
                    "channel",
                    "priority",
                    "status",
                    "after",
                    "limit"
                );
                return query;
        }
    }
}

/// <summary>A page of notifications.</summary>
internal sealed record NotificationsView(IReadOnlyList<NotificationItemView> Items, string? Next);

/// <summary>
/// A notification in a list; without a status if it has too many deliveries for a list to count. Its deliveries are at
/// <see cref="StatusUrl"/>.
/// </summary>
internal sealed record NotificationItemView(
    Guid Id,
    NotificationStatus? Status,
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
    string StatusUrl
)
{
    public static NotificationItemView Create(NotificationSummary notification, string path) =>
        new(
            notification.Id,
            notification.Status,
            notification.Trigger.Priority,
            UsedTemplateView.Create(notification.Trigger),
            UsedWorkflowView.Create(notification.Trigger),
            notification.Trigger.Category,
            notification.Trigger.CollapseKey,
            notification.Trigger.IdempotencyKey,
            notification.Trigger.Reference,
            notification.Trigger.CancellationKey,
            notification.Trigger.Tags,
            notification.Trigger.Metadata,
            notification.AcceptedAt,
            notification.Trigger.SendAt,
            notification.Trigger.SendAtLocal,
            notification.ExpiresAt,
            $"{path}/{notification.Id}"
        );
}
