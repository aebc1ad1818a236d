using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Planning;
using Notify.Storage;

namespace Notify.Hosting.Notifications;

/// <summary><c>GET /v1/notifications/{id}</c>: a notification, every delivery and every attempt, by pages of deliveries.</summary>
internal static class TimelineEndpoint
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;

    public static async Task<IResult> HandleAsync(HttpContext context, INotificationStore store, IExpansionStore expansions)
    {
        var request = context.Request;
        if (!Guid.TryParse(RequestValues.Route(request, "id"), out var id))
            return Problem.Unknown("notification");
        var errors = new FieldErrors();
        var (after, limit) = ReadPage(request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var tenant = RequestValues.TenantOf(request);
        var aborted = context.RequestAborted;
        if (await store.FindAsync(tenant, id, aborted).ConfigureAwait(false) is not { } notification)
            return Problem.Unknown("notification");

        // One more than asked for tells whether there is a next page.
        var records = await store.ListDeliveriesAsync(tenant, id, after, limit + 1, aborted).ConfigureAwait(false);
        var counts = await store.CountDeliveriesAsync(tenant, id, aborted).ConfigureAwait(false);
        var progress = await expansions.GetProgressAsync(tenant, id, aborted).ConfigureAwait(false);
        var next = records.Count > limit ? RequestQuery.PageAfter(request, $"{records[limit - 1].Delivery.Id}") : null;
        return TypedResults.Json(
            NotificationView.Of(
                notification,
                [.. progress.Select(ExpansionView.Of)],
                CountsView.Of(counts),
                [.. records.Take(limit).Select(DeliveryView.Of)],
                next),
            NotificationsJson.Default.NotificationView);
    }

    private static (Guid? After, int Limit) ReadPage(HttpRequest request, FieldErrors errors)
    {
        Guid? after = null;
        var limit = DefaultLimit;
        foreach (var field in RequestQuery.Fields(request, errors))
        {
            switch (field.Name)
            {
                case "after":
                    after = field.Id();
                    break;
                case "limit":
                    limit = RequestQuery.Limit(field, MaxLimit) ?? DefaultLimit;
                    break;
                default:
                    field.Unknown("after", "limit");
                    break;
            }
        }

        return (after, limit);
    }
}
