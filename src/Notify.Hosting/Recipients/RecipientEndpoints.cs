using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Authentication;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary>Maps the endpoints for users, devices and topics.</summary>
internal static class RecipientEndpoints
{
    public static void MapRecipients(this RouteGroupBuilder group)
    {
        group.MapRead("/v1/users", UserEndpoints.ListAsync).ReadsQuery();
        group.MapOtherMethods("/v1/users", "GET, HEAD");
        const string User = "/v1/users/{id}";
        group.MapPut(User, UserEndpoints.SaveAsync);
        group.MapRead(User, UserEndpoints.FindAsync);
        group.MapPatch(User, UserPatchEndpoint.HandleAsync);
        group.MapDelete(User, UserEndpoints.RemoveAsync).Audit("user deleted");
        group.MapOtherMethods(User, "GET, HEAD, PUT, PATCH, DELETE");

        const string Preferences = "/v1/users/{id}/preferences";
        group.MapRead(Preferences, PreferenceEndpoints.FindAsync);
        group.MapPatch(Preferences, PreferenceEndpoints.ChangeAsync);
        group.MapOtherMethods(Preferences, "GET, HEAD, PATCH");

        const string Devices = "/v1/users/{userId}/devices";
        group.MapRead(Devices, DeviceEndpoints.ListAsync).ReadsQuery();
        group.MapOtherMethods(Devices, "GET, HEAD");
        group.MapRead($"{Devices}/{{id}}", DeviceEndpoints.FindAsync);
        group.MapPut($"{Devices}/{{id}}", DeviceEndpoints.SaveAsync);
        group.MapDelete($"{Devices}/{{id}}", DeviceEndpoints.RemoveAsync).Audit("device deleted");
        group.MapOtherMethods($"{Devices}/{{id}}", "GET, HEAD, PUT, DELETE");

        group.MapRead("/v1/topics", SubscriberEndpoints.ListTopicsAsync).ReadsQuery();
        group.MapOtherMethods("/v1/topics", "GET, HEAD");
        const string Subscribers = "/v1/topics/{topic}/subscribers";
        group.MapPost(Subscribers, SubscriberEndpoints.SubscribeAsync);
        group.MapRead(Subscribers, SubscriberEndpoints.ListAsync).ReadsQuery();
        group.MapOtherMethods(Subscribers, "GET, HEAD, POST");
        group.MapPost($"{Subscribers}/remove", SubscriberEndpoints.UnsubscribeAsync).Audit("subscribers deleted");
        group.MapOtherMethods($"{Subscribers}/remove", "POST");
    }
}
