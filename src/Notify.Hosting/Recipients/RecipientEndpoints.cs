using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary>Says who can be notified, and where.</summary>
internal static class RecipientEndpoints
{
    public static void MapRecipients(this RouteGroupBuilder group)
    {
        const string User = "/v1/users/{id}";
        group.MapPut(User, UserEndpoints.SaveAsync);
        group.MapRead(User, UserEndpoints.FindAsync);
        group.MapDelete(User, UserEndpoints.RemoveAsync);
        group.MapOtherMethods(User, "GET, HEAD, PUT, DELETE");

        const string Devices = "/v1/users/{userId}/devices";
        group.MapRead(Devices, DeviceEndpoints.ListAsync);
        group.MapOtherMethods(Devices, "GET, HEAD");
        group.MapPut($"{Devices}/{{id}}", DeviceEndpoints.RegisterAsync);
        group.MapDelete($"{Devices}/{{id}}", DeviceEndpoints.RemoveAsync);
        group.MapOtherMethods($"{Devices}/{{id}}", "PUT, DELETE");

        const string Subscribers = "/v1/topics/{topic}/subscribers";
        group.MapPut(Subscribers, SubscriberEndpoints.SubscribeAsync);
        group.MapRead(Subscribers, SubscriberEndpoints.ListAsync).ReadsQuery();
        group.MapDelete(Subscribers, SubscriberEndpoints.UnsubscribeAsync);
        group.MapOtherMethods(Subscribers, "GET, HEAD, PUT, DELETE");
    }
}
