using System.Globalization;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Queueing;
using Notify.Storage;

namespace Notify.Hosting.Notifications;

/// <summary><c>GET /v1/notifications/{id}</c>: a notification, every delivery and every attempt, by pages of deliveries.</summary>
internal static class TimelineEndpoint
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;

    public static async Task<IResult> HandleAsync(HttpContext context, INotificationStore store)
    {
        if (!Guid.TryParse((string?)context.Request.RouteValues["id"], out var id))
            return Problem.UnknownNotification();
        var errors = new FieldErrors();
        var (after, limit) = ReadPage(context.Request.Query, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors.ToDictionary());

        var tenant = TriggerEndpoint.TenantOf(context.Request);
        var aborted = context.RequestAborted;
        if (await store.FindAsync(tenant, id, aborted).ConfigureAwait(false) is not { } notification)
            return Problem.UnknownNotification();

        // One more than asked for tells whether there is a next page.
        var records = await store.ListDeliveriesAsync(tenant, id, after, limit + 1, aborted).ConfigureAwait(false);
        var counts = await store.CountDeliveriesAsync(tenant, id, aborted).ConfigureAwait(false);
        var next = records.Count > limit
            ? $"{context.Request.PathBase}{context.Request.Path}?after={records[limit - 1].Delivery.Id}&limit={limit}"
            : null;
        return TypedResults.Json(
            View(notification, CountsView.Of(counts), [.. records.Take(limit).Select(DeliveryView.Of)], next),
            NotificationsJson.Default.NotificationView);
    }

    private static (Guid? After, int Limit) ReadPage(IQueryCollection query, FieldErrors errors)
    {
        Guid? after = null;
        if (query.TryGetValue("after", out var afterText))
        {
            if (Guid.TryParse(afterText, out var id))
                after = id;
            else
                errors.Add("after", "Use a delivery's id.");
        }

        var limit = DefaultLimit;
        if (query.TryGetValue("limit", out var limitText)
            && (!int.TryParse(limitText, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            errors.Add("limit", $"Use a number from 1 to {MaxLimit}.");
        return (after, limit);
    }

    private static NotificationView View(
        Notification notification, CountsView counts, IReadOnlyList<DeliveryView> deliveries, string? next) => new(
        notification.Id,
        notification.Tenant,
        notification.Trigger.Priority,
        notification.Trigger.Template,
        notification.Trigger.IdempotencyKey,
        notification.AcceptedAt,
        notification.Trigger.SendAt,
        notification.ExpiresAt,
        counts,
        deliveries,
        next);
}
