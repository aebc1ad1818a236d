using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>
/// <c>POST /v1/notifications/{id}/cancel</c>: cancels the deliveries that have not been sent, and counts them. With
/// <c>?ids=true</c>, it also lists them. <c>POST /v1/notifications/cancel</c> does so for all notifications of a target.
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

    public static Task<IResult> HandleTargetAsync(HttpContext context, INotifier notifier) =>
        RequestBody.ReadJsonAsync(context, body => CancelAsync(context, notifier, body));

    private static async Task<IResult> CancelAsync(HttpContext context, INotifier notifier, JsonField body)
    {
        var errors = body.Errors;
        var withIds = ReadIds(context.Request, errors);
        var target = new CancellationTarget { Tenant = RequestValues.GetTenant(context.Request) };
        foreach (var field in body.Members())
        {
            switch (field.Name)
            {
                case "cancellationKey":
                    target = target with { CancellationKey = field.Text() };
                    break;
                case "reference":
                    target = target with { Reference = field.Text() };
                    break;
                default:
                    field.Unknown("cancellationKey", "reference");
                    break;
            }
        }

        // A field that could not be read is not missing.
        if (!errors.Any)
            errors.Add(notifier.Validate(target));
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var cancellation = await notifier.CancelAsync(target, context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(
            CancellationView.Create(cancellation, withIds) with
            {
                Notifications = cancellation.Notifications,
            },
            NotificationsJson.Default.CancellationView
        );
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
    /// <summary>
    /// Gets the number of notifications of the target; null for a notification that the caller named by its ID.
    /// </summary>
    public long? Notifications { get; init; }

    public static CancellationView Create(Cancellation cancellation, bool withIds) =>
        new(
            cancellation.Cancelled,
            cancellation.InFlight,
            cancellation.Ended,
            cancellation.Collected,
            withIds ? cancellation.CancelledIds : null
        );
}
