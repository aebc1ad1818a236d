using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.Notifications;

/// <summary><c>GET /v1/notifications</c>: lists a tenant's notifications page by page, newest first.</summary>
internal static class NotificationListEndpoint
{
    /// <summary>
    /// The maximum number of notifications that one call scans. Templates, categories and priorities are not indexed, so a filter
    /// for them scans. A page ends when this number is reached, possibly with fewer notifications than its limit; <c>next</c>
    /// continues from there.
    /// </summary>
    private const int MaxScanned = 5_000;

    private const int BatchSize = 500;

    public static async Task<IResult> HandleAsync(HttpContext context, INotificationStore store)
    {
        var request = context.Request;
        var errors = new FieldErrors();
        var query = new Query(RequestValues.GetTenant(request));
        var page = RequestPage.Read(request, errors, query.Read);
        var after = page.After?.Id();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var (found, last) = await FindAsync(store, query, after, page.Limit, context.RequestAborted).ConfigureAwait(false);
        var path = $"{request.PathBase}{request.Path}".TrimEnd('/');
        return TypedResults.Json(
            new NotificationsView(
                [.. found.Select(notification => NotificationItemView.Create(notification, path))],
                last is { } id ? RequestPage.NextAfter(request, $"{id}") : null
            ),
            NotificationsJson.Default.NotificationsView
        );
    }

    /// <summary>
    /// Finds the notifications of a page. Also returns the last notification that was scanned if there may be more.
    /// </summary>
    private static async ValueTask<(List<NotificationSummary> Found, Guid? Last)> FindAsync(
        INotificationStore store,
        Query query,
        Guid? after,
        int limit,
        CancellationToken aborted
    )
    {
        var found = new List<NotificationSummary>();
        var batchSize = query.NeedsScan ? BatchSize : limit + 1;
        for (var scanned = 0; ; )
        {
            var batch = await store.ListAsync(query.Filter, after, batchSize, aborted).ConfigureAwait(false);
            foreach (var notification in batch)
            {
                if (found.Count == limit || scanned == MaxScanned)
                    return (found, after);

                (after, scanned) = (notification.Id, scanned + 1);
                if (query.Matches(notification.Trigger))
                    found.Add(notification);
            }

            if (batch.Count < batchSize)
                return (found, null);
        }
    }

    private sealed class Query(string tenant)
    {
        private string? _template;
        private string? _category;
        private Priority? _priority;

        public NotificationFilter Filter { get; private set; } = new() { Tenant = tenant };

        public bool NeedsScan => _template is not null || _category is not null || _priority is not null;

        public bool Matches(Trigger trigger) =>
            (_template is null || trigger.Template == _template)
            && (_category is null || trigger.Category == _category)
            && (_priority is null || trigger.Priority == _priority);

        public void Read(JsonField field)
        {
            switch (field.Name)
            {
                case "from":
                    Filter = CheckTimes(Filter with { From = field.Time() }, field);
                    break;
                case "to":
                    Filter = CheckTimes(Filter with { To = field.Time() }, field);
                    break;
                case "template":
                    _template = field.Text();
                    break;
                case "category":
                    _category = field.Text();
                    break;
                case "priority":
                    _priority = field.GetOne(TriggerBody.Priorities);
                    break;
                default:
                    field.Unknown("from", "to", "template", "category", "priority", "after", "limit");
                    break;
            }
        }

        private static NotificationFilter CheckTimes(NotificationFilter filter, JsonField field)
        {
            if (filter.From >= filter.To)
                field.Wrong("from must be before to.");
            return filter;
        }
    }
}

/// <summary>A page of notifications.</summary>
internal sealed record NotificationsView(IReadOnlyList<NotificationItemView> Notifications, string? Next);

/// <summary>A notification in a list. Its deliveries are at <see cref="StatusUrl"/>.</summary>
internal sealed record NotificationItemView(
    Guid Id,
    Priority Priority,
    string? Template,
    string? Category,
    string? CollapseKey,
    string? IdempotencyKey,
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
            notification.Trigger.Priority,
            notification.Trigger.Template,
            notification.Trigger.Category,
            notification.Trigger.CollapseKey,
            notification.Trigger.IdempotencyKey,
            notification.AcceptedAt,
            notification.Trigger.SendAt,
            notification.Trigger.SendAtLocal,
            notification.ExpiresAt,
            $"{path}/{notification.Id}"
        );
}
