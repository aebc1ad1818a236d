using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Notifications;

internal static class NotificationEndpoints
{
    public static void MapNotificationEndpoints(this RouteGroupBuilder group)
    {
        group.MapPost("/v1/notifications", TriggerEndpoint.HandleAsync);
        group.MapOtherMethods("/v1/notifications", "POST");
        group.MapGet("/v1/notifications/{id}", TimelineEndpoint.HandleAsync);
        group.MapOtherMethods("/v1/notifications/{id}", "GET");
    }
}
