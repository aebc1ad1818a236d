using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.Notifications;

/// <summary>
/// <c>GET /v1/notifications/{id}</c>: shows a notification with its collected events and, page by page, all deliveries and their
/// attempts.
/// </summary>
internal static class TimelineEndpoint
{
    public static async Task<IResult> HandleAsync(
        HttpContext context,
        INotificationStore store,
        IExpansionStore expansions,
        IDigestStore digests
    )
    {
        var request = context.Request;
        if (!Guid.TryParseExact(RequestValues.Route(request, "id"), "D", out var id))
            return Problem.Unknown("notification");
        var errors = new FieldErrors();
        var page = RequestPage.Read(request, errors);
        var after = page.After?.Id();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var tenant = RequestValues.GetTenant(request);
        var aborted = context.RequestAborted;
        if (await store.FindAsync(tenant, id, aborted).ConfigureAwait(false) is not { } notification)
            return Problem.Unknown("notification");

        var records = await store.ListDeliveriesAsync(tenant, id, after, page.FetchCount, aborted).ConfigureAwait(false);
        var counts = await store.CountDeliveriesAsync(tenant, id, aborted).ConfigureAwait(false);
        var progress = await expansions.GetProgressAsync(tenant, id, aborted).ConfigureAwait(false);
        var collected = await digests.ListAsync(tenant, id, ofSummary: false, page.Limit, aborted).ConfigureAwait(false);
        var summarized = await digests
            .ListAsync(tenant, id, ofSummary: true, DigestLease.MaxEvents, aborted)
            .ConfigureAwait(false);
        var next = page.Next(request, records, record => $"{record.Delivery.Id}");
        return TypedResults.Json(
            NotificationView.Create(
                notification,
                ExpansionView.CreateAll(notification, progress),
                collected,
                summarized,
                CountsView.Create(counts),
                [.. records.Take(page.Limit).Select(DeliveryView.Create)],
                next
            ),
            NotificationsJson.Default.NotificationView
        );
    }
}
