using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;
using Notify.Hosting.Requests;

namespace Notify.Dashboard.Topics;

/// <summary>The topics, and the subscribers of one topic.</summary>
internal static class TopicPages
{
    private const string Path = "topics";

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Read, page => ListAsync(routes, page));
        routes.MapPage($"{Path}/{{name}}", ApiScope.Read, ShowAsync);
        routes.MapAction($"{Path}/{{name}}/subscribe", ApiScope.Manage, "addSubscribers", Path, SubscribeAsync);
        routes.MapAction($"{Path}/{{name}}/unsubscribe", ApiScope.Manage, "removeSubscribers", Path, UnsubscribeAsync);
        routes.MapAction($"{Path}/{{name}}/broadcast", ApiScope.Send, "triggerNotification", Path, BroadcastAsync);
    }

    private static async Task<IResult> ListAsync(DashboardRoutes routes, PageContext page)
    {
        if (page.GetQuery("name") is { } name)
            return routes.Redirect(page, page.Link($"{Path}/{PageContext.Escape(name.Trim())}"));

        var request = page.GetPage() with { Prefix = page.GetQuery("prefix") ?? "" };
        var found = await GetRecipients(page).ListTopicsAsync(page.Tenant, request, page.Aborted).ConfigureAwait(false);
        return new PageResult<TopicListPage>(page, found);
    }

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        var recipients = GetRecipients(page);
        var name = GetName(page);
        var view = new TopicView(
            name,
            await recipients.CountSubscribersAsync(page.Tenant, name, page.Aborted).ConfigureAwait(false),
            await recipients.ListSubscribersAsync(page.Tenant, name, page.GetPage(), page.Aborted).ConfigureAwait(false)
        );
        return new PageResult<TopicPage>(page, view);
    }

    private static async Task<ActionOutcome> SubscribeAsync(PageContext page, AuditEntry entry)
    {
        var users = await ReadUsersAsync(page).ConfigureAwait(false);
        await GetRecipients(page).SubscribeAsync(page.Tenant, GetName(page), users, page.Aborted).ConfigureAwait(false);
        return ActionOutcome.Done(GetPath(page), $"Subscribed: {users.Length}.");
    }

    private static async Task<ActionOutcome> UnsubscribeAsync(PageContext page, AuditEntry entry)
    {
        var users = await ReadUsersAsync(page).ConfigureAwait(false);
        await GetRecipients(page).UnsubscribeAsync(page.Tenant, GetName(page), users, page.Aborted).ConfigureAwait(false);
        return ActionOutcome.Done(GetPath(page), $"Unsubscribed: {users.Length}.");
    }

    private static async Task<ActionOutcome> BroadcastAsync(PageContext page, AuditEntry entry)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        var trigger = new Trigger
        {
            Tenant = page.Tenant,
            Kind = page.Kind,
            To = Recipient.Topic(GetName(page)),
            Content = new Content { Title = form["title"], Body = form["body"] },
        };
        var notifier = page.Http.RequestServices.GetRequiredService<INotifier>();
        var result = await notifier.TriggerAsync(trigger, page.Aborted).ConfigureAwait(false);
        entry.Add(new AuditChange("sentAs", null, $"{result.Id}"));
        return ActionOutcome.Done($"notifications/{result.Id}", "The broadcast was accepted. This page shows its progress.");
    }

    private static async Task<string[]> ReadUsersAsync(PageContext page)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        return form["users"].ToString().Split([' ', ',', ';', '\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
    }

    private static string GetName(PageContext page) => RequestValues.Route(page.Http.Request, "name");

    private static string GetPath(PageContext page) => $"{Path}/{PageContext.Escape(GetName(page))}";

    private static IRecipients GetRecipients(PageContext page) => page.Http.RequestServices.GetRequiredService<IRecipients>();
}

/// <summary>The model of one topic.</summary>
internal sealed record TopicView(string Name, long Count, Page<string> Subscribers);
