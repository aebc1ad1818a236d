using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>
/// <c>POST /v1/notifications/{id}/cancel</c>: cancels the deliveries that have not been sent, and counts them. With
/// <c>?ids=true</c>, it also lists them.
/// </summary>
internal static class CancelEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context, INotifier notifier)
    {
        if (!Guid.TryParseExact(RequestValues.Route(context.Request, "id"), "D", out var id))
            return Problem.Unknown("notification");

        var errors = new FieldErrors();
        var withIds = ReadIds(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var tenant = RequestValues.GetTenant(context.Request);
        return await notifier.CancelAsync(tenant, id, context.RequestAborted).ConfigureAwait(false) is { } cancellation
            ? TypedResults.Json(CancellationView.Create(cancellation, withIds), NotificationsJson.Default.CancellationView)
            : Problem.Unknown("notification");
    }

    private static bool ReadIds(HttpRequest request, FieldErrors errors)
    {
        var withIds = false;
        foreach (var field in RequestQuery.Fields(request, errors))
        {
            if (field.Name != "ids")
                field.Unknown("ids");
            else if (field.Value.ValueKind == JsonValueKind.String && field.Value.GetString() is "true" or "false")
                withIds = field.Value.GetString() == "true";
            else
                field.Wrong("Use true or false.");
        }

        return withIds;
    }
}

/// <summary>The effect of a cancellation on the deliveries of a notification. The IDs are listed only on request.</summary>
internal sealed record CancellationView(
    long Cancelled,
    long InFlight,
    long Ended,
    long Collected,
    IReadOnlyList<Guid>? CancelledIds
)
{
    public static CancellationView Create(Cancellation cancellation, bool withIds) =>
        new(
            cancellation.Cancelled,
            cancellation.InFlight,
            cancellation.Ended,
            cancellation.Collected,
            withIds ? cancellation.CancelledIds : null
        );
}
