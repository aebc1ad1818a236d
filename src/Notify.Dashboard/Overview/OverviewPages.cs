using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Core.Providers;
using Notify.Dashboard.Layout;
using Notify.Dashboard.Rendering;
using Notify.Storage;

namespace Notify.Dashboard.Overview;

/// <summary>The first page: the figures of each channel, and what needs attention now.</summary>
internal static class OverviewPages
{
    // A large backlog may be normal, but a person should know of it.
    private const long LargeBacklog = 10_000;

    public static void Map(DashboardRoutes routes) => routes.MapPage("", ApiScope.Read, ShowAsync);

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        var services = page.Http.RequestServices;
        var range = OverviewRange.Find(page.GetQuery("range"));
        var intervals = range.GetIntervals(services.GetRequiredService<TimeProvider>().GetUtcNow());
        var rows = await ReadRowsAsync(page, range, intervals).ConfigureAwait(false);
        var newest = await services
            .GetRequiredService<INotificationQueries>()
            .ListAsync(new NotificationQuery { Tenant = page.Tenant }, new PageRequest { Limit = 8 }, page.Aborted)
            .ConfigureAwait(false);
        var waiting = await CountWaitingAsync(page).ConfigureAwait(false);
        var view = new OverviewView
        {
            Range = range,
            Sums = OverviewSums.Create(rows),
            Channels =
            [
                .. CreateChannels(services, range, intervals, rows)
                    .OrderByDescending(channel => channel.Sums.Sent + channel.Sums.Failed),
            ],
            Attention = await FindAttentionAsync(page, waiting).ConfigureAwait(false),
            Waiting = waiting,
            Newest = newest.Items,
        };
        return new PageResult<OverviewPage>(page, view);
    }

    private static async Task<IReadOnlyList<AnalyticsRow>> ReadRowsAsync(
        PageContext page,
        OverviewRange range,
        IReadOnlyList<DateTimeOffset> intervals
    )
    {
        var query = new AnalyticsQuery
        {
            Tenant = page.Tenant,
            From = intervals[0],
            To = intervals[^1] + range.Step,
            Resolution = range.Resolution,
            GroupBy = AnalyticsDimensions.Channel,
        };
        var found = await page
            .Http.RequestServices.GetRequiredService<IAnalytics>()
            .QueryAsync(query, page.Aborted)
            .ConfigureAwait(false);
        return found.Rows;
    }

    // Channels without a delivery are shown too, if the application has a provider for them.
    private static IEnumerable<ChannelView> CreateChannels(
        IServiceProvider services,
        OverviewRange range,
        IReadOnlyList<DateTimeOffset> intervals,
        IReadOnlyList<AnalyticsRow> rows
    )
    {
        var byChannel = rows.Where(row => row.Channel is not null).ToLookup(row => row.Channel!.Value);
        var channels = services.GetRequiredService<ProviderCatalog>().Channels.Union(byChannel.Select(group => group.Key));
        var format = range.Step >= TimeSpan.FromDays(1) ? "d MMM" : "HH:mm 'UTC'";
        foreach (var channel in channels)
        {
            var byTime = byChannel[channel].ToLookup(row => row.Time);
            var points = intervals.Select(at => new ChartPoint(
                at,
                byTime[at].Sum(row => row.Sent),
                byTime[at].Sum(row => row.Failed)
            ));
            var chart = new ChartData([.. points], Texts.Format(intervals[0], format), Texts.Format(intervals[^1], format));
            yield return new ChannelView(channel, OverviewSums.Create(byChannel[channel]), chart);
        }
    }

    private static async Task<long?> CountWaitingAsync(PageContext page)
    {
        // The depth of the queue is not known per tenant.
        if (!page.Can(ApiScope.Platform))
            return null;

        var depths = await page
            .Http.RequestServices.GetRequiredService<IDeliveryQueue>()
            .GetDepthAsync(page.Aborted)
            .ConfigureAwait(false);
        return depths.Sum(depth => depth.Pending);
    }

    private static async Task<IReadOnlyList<AttentionItem>> FindAttentionAsync(PageContext page, long? waiting)
    {
        var services = page.Http.RequestServices;
        var items = new List<AttentionItem>();
        await AddProvidersAsync(page, items).ConfigureAwait(false);
        var dead = await services
            .GetRequiredService<INotificationQueries>()
            .CountDeadLettersAsync(new DeadLetterFilter { Tenant = page.Tenant }, page.Aborted)
            .ConfigureAwait(false);
        if (dead > 0)
            items.Add(
                new AttentionItem(
                    "bad",
                    Texts.Count(dead, "dead letter", "dead letters"),
                    "These deliveries ended without being sent. Mend the cause, then replay them.",
                    page.Link("dead-letters"),
                    "Dead letters"
                )
            );
        if (waiting >= LargeBacklog)
            items.Add(
                new AttentionItem(
                    "warn",
                    $"{Texts.Number(waiting.Value)} deliveries are waiting",
                    "The backlog is large. Deliveries with a later due time count too.",
                    page.Link("providers"),
                    "Providers"
                )
            );
        return items;
    }

    private static async Task AddProvidersAsync(PageContext page, List<AttentionItem> items)
    {
        var services = page.Http.RequestServices;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var provider in await services.GetRequiredService<IProviders>().ListAsync(page.Aborted).ConfigureAwait(false))
        {
            if (provider.Processes.Max(process => process.CircuitOpenUntil) is { } until && until > now)
                items.Add(
                    new AttentionItem(
                        "bad",
                        $"The circuit of {provider.Name} is open",
                        $"The provider is failing. It is tried again in {Texts.Duration(until - now)}.",
                        page.Link("providers"),
                        "Providers"
                    )
                );
            if (provider.PausedAt is not null)
                items.Add(
                    new AttentionItem(
                        "warn",
                        $"{provider.Name} is paused",
                        "Its deliveries wait, or move to another provider of the channel.",
                        page.Link("providers"),
                        "Providers"
                    )
                );
        }
    }
}
