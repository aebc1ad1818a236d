using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary><c>POST /v1/notifications/{id}/cancel</c>: stops what has not been sent, and answers exactly what that was.</summary>
internal static class CancelEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context, INotifier notifier)
    {
        if (!Guid.TryParse(RequestValues.Route(context.Request, "id"), out var id))
            return Problem.Unknown("notification");

        var tenant = RequestValues.TenantOf(context.Request);
        return await notifier.CancelAsync(id, tenant, context.RequestAborted).ConfigureAwait(false) is { } cancellation
            ? TypedResults.Json(cancellation, NotificationsJson.Default.Cancellation)
            : Problem.Unknown("notification");
    }
}
