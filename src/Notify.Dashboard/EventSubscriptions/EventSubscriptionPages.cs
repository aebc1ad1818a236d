using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;
using Notify.Hosting.Requests;

namespace Notify.Dashboard.EventSubscriptions;

/// <summary>
/// The endpoints that receive the events of the tenant. A new secret is shown once, on the page that answers the form.
/// </summary>
internal static class EventSubscriptionPages
{
    private const string Path = "event-subscriptions";
    private const string Missing = "This subscription does not exist.";

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Admin, ListAsync);
        routes.MapAction($"{Path}/create", ApiScope.Admin, "createEventSubscription", Path, CreateAsync, ListAsync);
        Map("{id}/enable", "replaceEventSubscription", (page, entry) => SwitchAsync(page, entry, isEnabled: true));
        Map("{id}/disable", "replaceEventSubscription", (page, entry) => SwitchAsync(page, entry, isEnabled: false));
        Map("{id}/test", "testEventSubscription", TestAsync);
        Map("{id}/rotate", "rotateEventSubscriptionSecret", RotateAsync);
        Map("{id}/delete", "deleteEventSubscription", DeleteAsync);

        void Map(string path, string action, Func<PageContext, AuditEntry, Task<ActionOutcome>> perform) =>
            routes.MapAction($"{Path}/{path}", ApiScope.Admin, action, Path, perform);
    }

    private static async Task<IResult> ListAsync(PageContext page) =>
        new PageResult<EventSubscriptionListPage>(
            page,
            await Get(page).ListAsync(page.Tenant, page.GetPage(), page.Aborted).ConfigureAwait(false)
        );

    private static async Task<ActionOutcome> CreateAsync(PageContext page, AuditEntry entry)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        var draft = new EventSubscriptionDraft
        {
            Tenant = page.Tenant,
            Url = form["url"].ToString().Trim(),
            Types = [.. form["types"].OfType<string>()],
            Description = form["description"].ToString().Trim() is { Length: > 0 } text ? text : null,
        };
        var issued = await Get(page).CreateAsync(draft, page.Aborted).ConfigureAwait(false);
        entry.SetResource($"{issued.Subscription.Id}");
        return Show(page, issued);
    }

    private static async Task<ActionOutcome> SwitchAsync(PageContext page, AuditEntry entry, bool isEnabled)
    {
        if (
            ReadId(page) is not { } id
            || await Get(page).FindAsync(page.Tenant, id, page.Aborted).ConfigureAwait(false) is not { Value: { } found } stored
        )
            return ActionOutcome.Refused(Path, Missing);

        var draft = new EventSubscriptionDraft
        {
            Tenant = page.Tenant,
            Url = found.Url,
            Types = found.Types,
            Description = found.Description,
            Provider = found.Provider,
            IsEnabled = isEnabled,
        };
        // A change that someone else makes at the same time must not be undone.
        var result = await Get(page)
            .ReplaceAsync(id, draft, Precondition.HasVersion(stored.Version), page.Aborted)
            .ConfigureAwait(false);
        if (!result.IsSuccess)
            return ActionOutcome.Refused(Path, "The subscription was changed meanwhile. Try again.");
        entry.Add(new AuditChange("enabled", $"{found.IsEnabled}".ToLowerInvariant(), $"{isEnabled}".ToLowerInvariant()));
        return ActionOutcome.Done(Path, isEnabled ? "The endpoint receives events." : "The endpoint receives no events.");
    }

    private static async Task<ActionOutcome> TestAsync(PageContext page, AuditEntry entry) =>
        ReadId(page) is { } id && await Get(page).SendTestAsync(page.Tenant, id, page.Aborted).ConfigureAwait(false) is { } sent
            ? ActionOutcome.Done($"notifications/{sent}", "The test event was accepted. This page shows its way.")
            : ActionOutcome.Refused(Path, Missing);

    private static async Task<ActionOutcome> RotateAsync(PageContext page, AuditEntry entry) =>
        ReadId(page) is { } id
        && await Get(page).RotateSecretAsync(page.Tenant, id, page.Aborted).ConfigureAwait(false) is { } issued
            ? Show(page, issued)
            : ActionOutcome.Refused(Path, Missing);

    private static async Task<ActionOutcome> DeleteAsync(PageContext page, AuditEntry entry)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        if (form["confirm"] != "true")
            return ActionOutcome.Refused(Path, "Nothing was deleted: tick the box first.");
        return
            ReadId(page) is { } id
            && await Get(page).DeleteAsync(page.Tenant, id, default, page.Aborted).ConfigureAwait(false) == ChangeStatus.Removed
            ? ActionOutcome.Done(Path, "The subscription is deleted.")
            : ActionOutcome.Refused(Path, Missing);
    }

    private static ActionOutcome Show(PageContext page, IssuedEventSubscription issued) =>
        ActionOutcome.Show(new PageResult<IssuedEventSubscriptionPage>(page, issued), AuditOutcome.Succeeded);

    private static Guid? ReadId(PageContext page) =>
        Guid.TryParseExact(RequestValues.Route(page.Http.Request, "id"), "D", out var id) ? id : null;

    private static IEventSubscriptions Get(PageContext page) =>
        page.Http.RequestServices.GetRequiredService<IEventSubscriptions>();
}
