using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Recipients;

/// <summary>Says who can be notified, and where.</summary>
internal static class RecipientEndpoints
{
    public static void MapRecipients(this RouteGroupBuilder group)
    {
        const string User = "/v1/users/{id}";
        group.MapPut(User, UserEndpoints.SaveAsync);
        group.MapGet(User, UserEndpoints.FindAsync);
        group.MapDelete(User, UserEndpoints.RemoveAsync);
        group.MapOtherMethods(User, "GET, PUT, DELETE");

        const string Devices = "/v1/users/{userId}/devices";
        group.MapGet(Devices, DeviceEndpoints.ListAsync);
        group.MapOtherMethods(Devices, "GET");
        group.MapPut($"{Devices}/{{id}}", DeviceEndpoints.RegisterAsync);
        group.MapDelete($"{Devices}/{{id}}", DeviceEndpoints.RemoveAsync);
        group.MapOtherMethods($"{Devices}/{{id}}", "PUT, DELETE");

        const string Subscribers = "/v1/topics/{topic}/subscribers";
        group.MapPut(Subscribers, SubscriberEndpoints.SubscribeAsync);
        group.MapGet(Subscribers, SubscriberEndpoints.ListAsync);
        group.MapDelete(Subscribers, SubscriberEndpoints.UnsubscribeAsync);
        group.MapOtherMethods(Subscribers, "GET, PUT, DELETE");
    }
}
