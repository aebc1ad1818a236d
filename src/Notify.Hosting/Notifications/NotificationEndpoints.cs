using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>Maps the endpoints that trigger, show and cancel notifications.</summary>
internal static class NotificationEndpoints
{
    public static void MapTimeline(this RouteGroupBuilder group)
    {
        group
            .MapGet("/v1/notifications", NotificationListEndpoint.HandleAsync)
            .ReadsQuery()
            .Describe(NotificationOperations.List);
        group.MapGet("/v1/notifications/{id}", TimelineEndpoint.HandleAsync).ReadsQuery().Describe(NotificationOperations.Get);
        group.MapOtherMethods("/v1/notifications/{id}", "GET, HEAD");
    }

    public static void MapTriggering(this RouteGroupBuilder group)
    {
        group.MapPost("/v1/notifications", TriggerEndpoint.HandleAsync).Describe(NotificationOperations.Trigger);
        group.MapOtherMethods("/v1/notifications", "GET, HEAD, POST");
        group
            .MapPost("/v1/notifications/cancel", CancelEndpoint.HandleTargetAsync)
            .ReadsQuery()
            .Describe(NotificationOperations.CancelTarget)
            .AuditEveryday("notifications cancelled");
        group.MapOtherMethods("/v1/notifications/cancel", "POST");
        group
            .MapPost("/v1/notifications/{id}/cancel", CancelEndpoint.HandleAsync)
            .ReadsQuery()
            .Describe(NotificationOperations.Cancel)
            .AuditEveryday("notification cancelled");
        group.MapOtherMethods("/v1/notifications/{id}/cancel", "POST");
        group
            .MapPost("/v1/notifications/{id}/pause", BroadcastEndpoints.PauseAsync)
            .Describe(NotificationOperations.Pause)
            .Audit("broadcast paused");
        group.MapOtherMethods("/v1/notifications/{id}/pause", "POST");
        group
            .MapPost("/v1/notifications/{id}/resume", BroadcastEndpoints.ResumeAsync)
            .Describe(NotificationOperations.Resume)
            .Audit("broadcast resumed");
        group.MapOtherMethods("/v1/notifications/{id}/resume", "POST");
    }
}
