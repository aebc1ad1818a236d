using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.Notifications;

/// <summary><c>GET /v1/notifications</c>: a tenant's notifications, newest first, by pages.</summary>
internal static class NotificationListEndpoint
{
    /// <summary>
    /// How many notifications one call looks through for those of a template, category or priority, which no index knows. A page
    /// ends there, perhaps with fewer notifications than its limit; its <c>next</c> goes on.
    /// </summary>
    private const int MaxLookedThrough = 5_000;

    private const int BatchSize = 500;

    public static async Task<IResult> HandleAsync(HttpContext context, INotificationStore store)
    {
        var request = context.Request;
        var errors = new FieldErrors();
        var query = new Query(RequestValues.TenantOf(request));
        var page = RequestPage.Read(request, errors, query.Read);
        var after = page.After?.Id();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var (found, last) = await FindAsync(store, query, after, page.Limit, context.RequestAborted).ConfigureAwait(false);
        var path = $"{request.PathBase}{request.Path}".TrimEnd('/');
        return TypedResults.Json(
            new NotificationsView(
                [.. found.Select(notification => NotificationItemView.Of(notification, path))],
                last is { } id ? RequestPage.NextAfter(request, $"{id}") : null
            ),
            NotificationsJson.Default.NotificationsView
        );
    }

    /// <summary>The notifications of a page, and the last that was looked at where there may be more.</summary>
    private static async ValueTask<(List<NotificationSummary> Found, Guid? Last)> FindAsync(
        INotificationStore store,
        Query query,
        Guid? after,
        int limit,
        CancellationToken aborted
    )
    {
        var found = new List<NotificationSummary>();
        var batchSize = query.LooksInside ? BatchSize : limit + 1;
        for (var lookedAt = 0; ; )
        {
            var batch = await store.ListAsync(query.Filter, after, batchSize, aborted).ConfigureAwait(false);
            foreach (var notification in batch)
            {
                if (found.Count == limit || lookedAt == MaxLookedThrough)
                    return (found, after);

                (after, lookedAt) = (notification.Id, lookedAt + 1);
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

        public bool LooksInside => _template is not null || _category is not null || _priority is not null;

        public bool Matches(Trigger trigger) =>
            (_template is null || trigger.Template == _template)
            && (_category is null || trigger.Category == _category)
            && (_priority is null || trigger.Priority == _priority);

        public void Read(JsonField field)
        {
            switch (field.Name)
            {
                case "from":
                    Filter = Filter with { From = field.Time() };
                    break;
                case "to":
                    Filter = Filter with { To = field.Time() };
                    break;
                case "template":
                    _template = field.Text();
                    break;
                case "category":
                    _category = field.Text();
                    break;
                case "priority":
                    _priority = field.OneOf(TriggerBody.Priorities);
                    break;
                default:
                    field.Unknown("from", "to", "template", "category", "priority", "after", "limit");
                    break;
            }
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
    public static NotificationItemView Of(NotificationSummary notification, string path) =>
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
