using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary>Maps the endpoints for users, devices and topics.</summary>
internal static class RecipientEndpoints
{
    public static void MapRecipients(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/users", UserEndpoints.ListAsync).ReadsQuery().Describe(UserOperations.List);
        group.MapOtherMethods("/v1/users", "GET, HEAD");
        const string User = "/v1/users/{id}";
        group.MapPut(User, UserEndpoints.SaveAsync).Describe(UserOperations.Save).AuditEveryday("user saved");
        group.MapGet(User, UserEndpoints.FindAsync).Describe(UserOperations.Get);
        group.MapPatch(User, UserPatchEndpoint.HandleAsync).Describe(UserOperations.Patch).AuditEveryday("user changed");
        group.MapDelete(User, UserEndpoints.RemoveAsync).Describe(UserOperations.Remove).Audit("user deleted");
        group.MapOtherMethods(User, "GET, HEAD, PUT, PATCH, DELETE");

        const string Preferences = "/v1/users/{id}/preferences";
        group.MapGet(Preferences, PreferenceEndpoints.FindAsync).Describe(UserOperations.GetPreferences);
        group
            .MapPatch(Preferences, PreferenceEndpoints.ChangeAsync)
            .Describe(UserOperations.ChangePreferences)
            .AuditEveryday("preferences changed");
        group.MapOtherMethods(Preferences, "GET, HEAD, PATCH");

        const string Devices = "/v1/users/{userId}/devices";
        group.MapGet(Devices, DeviceEndpoints.ListAsync).ReadsQuery().Describe(RecipientOperations.ListDevices);
        group.MapOtherMethods(Devices, "GET, HEAD");
        group.MapGet($"{Devices}/{{id}}", DeviceEndpoints.FindAsync).Describe(RecipientOperations.GetDevice);
        group
            .MapPut($"{Devices}/{{id}}", DeviceEndpoints.SaveAsync)
            .Describe(RecipientOperations.SaveDevice)
            .AuditEveryday("device saved");
        group
            .MapDelete($"{Devices}/{{id}}", DeviceEndpoints.RemoveAsync)
            .Describe(RecipientOperations.RemoveDevice)
            .Audit("device deleted");
        group.MapOtherMethods($"{Devices}/{{id}}", "GET, HEAD, PUT, DELETE");

        group.MapGet("/v1/topics", SubscriberEndpoints.ListTopicsAsync).ReadsQuery().Describe(RecipientOperations.ListTopics);
        group.MapOtherMethods("/v1/topics", "GET, HEAD");
        const string Subscribers = "/v1/topics/{topic}/subscribers";
        group
            .MapPost(Subscribers, SubscriberEndpoints.SubscribeAsync)
            .Describe(RecipientOperations.Subscribe)
            .AuditEveryday("subscribers added");
        group.MapGet(Subscribers, SubscriberEndpoints.ListAsync).ReadsQuery().Describe(RecipientOperations.ListSubscribers);
        group.MapOtherMethods(Subscribers, "GET, HEAD, POST");
        group
            .MapPost($"{Subscribers}/remove", SubscriberEndpoints.UnsubscribeAsync)
            .Describe(RecipientOperations.Unsubscribe)
            .Audit("subscribers deleted");
        group.MapOtherMethods($"{Subscribers}/remove", "POST");
    }
}
