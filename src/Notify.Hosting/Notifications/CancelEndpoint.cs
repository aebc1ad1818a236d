using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>
/// <c>POST /v1/notifications/{id}/cancel</c>: cancels the deliveries that have not been sent, and returns what was cancelled.
/// </summary>
internal static class CancelEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context, INotifier notifier)
    {
        if (!Guid.TryParseExact(RequestValues.Route(context.Request, "id"), "D", out var id))
            return Problem.Unknown("notification");

        var tenant = RequestValues.GetTenant(context.Request);
        return await notifier.CancelAsync(id, tenant, context.RequestAborted).ConfigureAwait(false) is { } cancellation
            ? TypedResults.Json(cancellation, NotificationsJson.Default.Cancellation)
            : Problem.Unknown("notification");
    }
}
