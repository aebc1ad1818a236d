using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>
/// <c>GET /v1/notifications/{id}</c>: shows a notification with its collected events and, page by page, all deliveries and their
/// attempts.
/// </summary>
internal static class TimelineEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context, INotificationQueries queries)
    {
        var request = context.Request;
        if (!Guid.TryParseExact(RequestValues.Route(request, "id"), "D", out var id))
            return Problem.Unknown("notification");
        var errors = new FieldErrors();
        var page = RequestPage.Read(request, errors).ToRequest();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var tenant = RequestValues.GetTenant(request);
        return await queries.FindAsync(tenant, id, page, context.RequestAborted).ConfigureAwait(false) is { } timeline
            ? TypedResults.Json(
                NotificationView.Create(timeline, RequestPage.NextAfter(request, timeline.Deliveries)),
                NotificationsJson.Default.NotificationView
            )
            : Problem.Unknown("notification");
    }
}
