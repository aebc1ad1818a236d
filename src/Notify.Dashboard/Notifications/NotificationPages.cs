using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Layout;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;
using Notify.Hosting.Requests;

namespace Notify.Dashboard.Notifications;

/// <summary>The list of notifications, one notification, and what can be done with it.</summary>
internal static class NotificationPages
{
    private const string Kind = "notifications";

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage("notifications", ApiScope.Read, page => ListAsync(routes, page));
        routes.MapPage("notifications/{id}", ApiScope.Read, ShowAsync);
        routes.MapPage("notifications/{id}/email", ApiScope.Read, ShowEmailAsync);
        routes.MapAction("notifications/{id}/cancel", ApiScope.Send, "cancelNotification", Kind, CancelAsync);
        routes.MapAction("notifications/{id}/pause", ApiScope.Send, "pauseNotification", Kind, (page, _) =>
            SteerAsync(page, (broadcasts, id) => broadcasts.PauseAsync(page.Tenant, id, page.Aborted))
        );
        routes.MapAction("notifications/{id}/resume", ApiScope.Send, "resumeNotification", Kind, (page, _) =>
            SteerAsync(page, (broadcasts, id) => broadcasts.ResumeAsync(page.Tenant, id, page.Aborted))
        );
        routes.MapAction("notifications/{id}/resend", ApiScope.Send, "triggerNotification", Kind, ResendAsync);
    }

    private static async Task<IResult> ListAsync(DashboardRoutes routes, PageContext page)
    {
        if (Guid.TryParse(page.GetQuery("id")?.Trim(), out var id))
            return routes.Redirect(page, page.Link($"notifications/{id}"));

        var queries = page.Http.RequestServices.GetRequiredService<INotificationQueries>();
        var times = new List<FieldError>();
        var query = new NotificationQuery
        {
            Tenant = page.Tenant,
            UserId = page.GetQuery("user"),
            Address = page.GetQuery("address"),
            Template = page.GetQuery("template"),
            Category = page.GetQuery("category"),
            Reference = page.GetQuery("reference"),
            Tag = page.GetQuery("tag"),
            Channel = Channel.TryParse(page.GetQuery("channel"), out var channel) ? channel : null,
            Status = Enum.TryParse<NotificationStatus>(page.GetQuery("status"), ignoreCase: true, out var status) ? status : null,
            From = Texts.ParseTime(page.GetQuery("from"), "from", times),
            To = Texts.ParseTime(page.GetQuery("to"), "to", times),
        };
        var errors = queries.Validate(query);
        if (page.GetQuery("channel") is { } name && query.Channel is null)
            errors = [.. errors, new FieldError("channel", FieldErrorCodes.Invalid, $"'{name}' is not the name of a channel.")];
        if (page.GetQuery("status") is { } unknown && query.Status is null)
            errors = [.. errors, new FieldError("status", FieldErrorCodes.Invalid, $"'{unknown}' is not a status.")];
        if (page.GetQuery("id") is not null)
            errors = [.. errors, new FieldError("id", FieldErrorCodes.Invalid, "This is not the ID of a notification.")];
        errors = [.. times, .. errors];
        var found =
            errors.Count > 0
                ? new Page<NotificationSummary> { Items = [] }
                : await queries.ListAsync(query, page.GetPage(), page.Aborted).ConfigureAwait(false);
        var status400 = errors.Count > 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        return new PageResult<NotificationListPage>(page, new NotificationListView(found, errors), status400);
    }

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        var found = await FindAsync(page, page.GetPage(20)).ConfigureAwait(false);
        return found is null ? DashboardRoutes.ShowMissing(page, "notification") : new PageResult<NotificationPage>(page, found);
    }

    private static async Task<IResult> ShowEmailAsync(PageContext page)
    {
        var found = await FindAsync(page, page.GetPage(20)).ConfigureAwait(false);
        var delivery = found?.Deliveries.Items.FirstOrDefault(item => $"{item.Delivery.Id}" == page.GetQuery("delivery"));
        return delivery?.Delivery.Content.Html is { } html
            ? PageHeaders.ShowEmail(page.Http.Response, html)
            : DashboardRoutes.ShowMissing(page, "email");
    }

    private static async Task<ActionOutcome> CancelAsync(PageContext page, AuditEntry entry)
    {
        if (page.Kind != ApiKeyKind.Live)
            return ActionOutcome.Refused(Kind, "Only a live key can cancel notifications.");

        var cancellation = ReadId(page) is { } id
            ? await page
                .Http.RequestServices.GetRequiredService<INotifier>()
                .CancelAsync(page.Tenant, id, page.Aborted)
                .ConfigureAwait(false)
            : null;
        if (cancellation is null)
            return ActionOutcome.Refused(Kind, "This notification does not exist.");

        entry.Add(new AuditChange("cancelled", null, $"{cancellation.Cancelled}"));
        var next = $"notifications/{ReadId(page)}";
        var text =
            $"Cancelled: {cancellation.Cancelled}. Being sent: {cancellation.InFlight}. Ended before: {cancellation.Ended}.";
        return cancellation.Cancelled + cancellation.Collected > 0
            ? ActionOutcome.Done(next, text)
            : ActionOutcome.Unchanged(next, $"There was nothing to cancel. {text}");
    }

    private static async Task<ActionOutcome> SteerAsync(PageContext page, Func<IBroadcasts, Guid, Task<Broadcast?>> change)
    {
        if (page.Kind != ApiKeyKind.Live)
            return ActionOutcome.Refused(Kind, "Only a live key can pause and resume broadcasts.");
        if (
            ReadId(page) is not { } id
            || await change(page.Http.RequestServices.GetRequiredService<IBroadcasts>(), id).ConfigureAwait(false)
                is not { } broadcast
        )
            return ActionOutcome.Refused(Kind, "This broadcast does not exist.");

        var next = $"notifications/{id}";
        return broadcast.HasEnded ? ActionOutcome.Unchanged(next, "The broadcast has ended.")
            : broadcast.PausedAt is null ? ActionOutcome.Done(next, "The broadcast continues within seconds.")
            : ActionOutcome.Done(next, "The broadcast is paused. Deliveries that exist are sent.");
    }

    // The copy is a new notification. It is due now, and has nothing that identifies the first one.
    private static async Task<ActionOutcome> ResendAsync(PageContext page, AuditEntry entry)
    {
        if (await FindAsync(page, new PageRequest { Limit = 1 }).ConfigureAwait(false) is not { } found)
            return ActionOutcome.Refused(Kind, "This notification does not exist.");

        var trigger = found.Notification.Trigger;
        var copy = trigger with
        {
            // What was triggered with its own content is stored as its only content.
            Content =
                trigger.Template is null && trigger.Workflow is null
                    ? found.Notification.Contents.FirstOrDefault()?.Content
                    : null,
            Kind = page.Kind == ApiKeyKind.Live ? trigger.Kind : page.Kind,
            IdempotencyKey = await page.CreateFormKeyAsync().ConfigureAwait(false),
            SendAt = null,
            SendAtLocal = null,
            ExpiresAt = null,
        };
        var result = await page
            .Http.RequestServices.GetRequiredService<INotifier>()
            .TriggerAsync(copy, page.Aborted)
            .ConfigureAwait(false);
        entry.Add(new AuditChange("resentAs", null, $"{result.Id}"));
        return ActionOutcome.Done($"notifications/{result.Id}", "Sent again. This is the new notification.");
    }

    private static async Task<NotificationTimeline?> FindAsync(PageContext page, PageRequest deliveries) =>
        ReadId(page) is { } id
            ? await page
                .Http.RequestServices.GetRequiredService<INotificationQueries>()
                .FindAsync(page.Tenant, id, deliveries, page.Aborted)
                .ConfigureAwait(false)
            : null;

    private static Guid? ReadId(PageContext page) =>
        Guid.TryParseExact(RequestValues.Route(page.Http.Request, "id"), "D", out var id) ? id : null;
}

/// <summary>The model of the list of notifications.</summary>
internal sealed record NotificationListView(Page<NotificationSummary> Found, IReadOnlyList<FieldError> Errors);
