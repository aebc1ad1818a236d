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
    private const int MaxBroadcasts = 10;

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Read, page => ListAsync(routes, page));
        routes.MapPage($"{Path}/{{name}}", ApiScope.Read, ShowAsync);
        routes.MapAction($"{Path}/{{name}}/subscribe", ApiScope.Manage, "addSubscribers", Path, SubscribeAsync, ShowAsync);
        routes.MapAction($"{Path}/{{name}}/unsubscribe", ApiScope.Manage, "removeSubscribers", Path, UnsubscribeAsync);
        routes.MapAction($"{Path}/{{name}}/broadcast", ApiScope.Send, "triggerNotification", Path, BroadcastAsync, ShowAsync);
    }

    private static async Task<IResult> ListAsync(DashboardRoutes routes, PageContext page)
    {
        if (page.GetQuery("name") is { } name)
            return routes.Redirect(page, page.Link($"{Path}/{PageContext.Escape(name.Trim())}"));

        var request = page.GetPage() with { Prefix = page.GetQuery("prefix") ?? "" };
        var found = await GetRecipients(page).ListTopicsAsync(page.Tenant, request, page.Aborted).ConfigureAwait(false);
        var broadcasts = await ReadBroadcastsAsync(page).ConfigureAwait(false);
        return new PageResult<TopicListPage>(page, new TopicListView(found, broadcasts));
    }

    /// <summary>Reads the newest broadcasts that are in progress.</summary>
    private static async Task<IReadOnlyList<NotificationTimeline>> ReadBroadcastsAsync(PageContext page)
    {
        var queries = page.Http.RequestServices.GetRequiredService<INotificationQueries>();
        var query = new NotificationQuery { Tenant = page.Tenant, Status = NotificationStatus.InProgress };
        var open = await queries.ListAsync(query, page: null, page.Aborted).ConfigureAwait(false);
        var broadcasts = open
            .Items.Where(item => item.Trigger.To.Any(recipient => recipient.Kind == RecipientKind.Topic))
            .Take(MaxBroadcasts);
        var found = new List<NotificationTimeline>();
        foreach (var item in broadcasts)
        {
            var one = new PageRequest { Limit = 1 };
            if (await queries.FindAsync(page.Tenant, item.Id, one, page.Aborted).ConfigureAwait(false) is { } broadcast)
                found.Add(broadcast);
        }

        return found;
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
        if (form["confirm"] != "true")
            throw new InvalidRequestException([
                new FieldError("confirm", FieldErrorCodes.Required, "Tick the box: a broadcast cannot be taken back."),
            ]);
        var trigger = new Trigger
        {
            Tenant = page.Tenant,
            Kind = page.Kind,
            To = Recipient.Topic(GetName(page)),
            Content = new Content { Title = form["title"], Body = form["body"] },
            IdempotencyKey = await page.CreateFormKeyAsync().ConfigureAwait(false),
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

/// <summary>The model of the topics.</summary>
internal sealed record TopicListView(Page<string> Topics, IReadOnlyList<NotificationTimeline> Broadcasts);

/// <summary>The model of one topic.</summary>
internal sealed record TopicView(string Name, long Count, Page<string> Subscribers);
