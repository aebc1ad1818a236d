using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Core.Providers;
using Notify.Dashboard.Layout;
using Notify.Dashboard.Rendering;
using Notify.Storage;

namespace Notify.Dashboard.Overview;

/// <summary>The first page: the figures of each channel, and what needs attention now.</summary>
internal static class OverviewPages
{
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
        var depths = await ReadDepthsAsync(page).ConfigureAwait(false);
        var view = new OverviewView
        {
            Range = range,
            Sums = OverviewSums.Create(rows),
            Channels =
            [
                .. CreateChannels(services, range, intervals, rows, depths)
                    .OrderByDescending(channel => channel.Sums.Sent + channel.Sums.Failed),
            ],
            Accepted = CreateChart(range, intervals, rows.Where(row => row.Channel is null), row => row.Accepted, _ => 0),
            Attention = await OverviewAttention.FindAsync(page, depths).ConfigureAwait(false),
            Waiting = depths?.Sum(depth => depth.Pending),
            Newest = newest.Items,
            Objective = services.GetRequiredService<IOptions<NotifyDashboardOptions>>().Value.SuccessObjective,
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
        IReadOnlyList<AnalyticsRow> rows,
        IReadOnlyList<QueueDepth>? depths
    )
    {
        var catalog = services.GetRequiredService<ProviderCatalog>();
        var byProvider = catalog.All.ToDictionary(
            provider => provider.Name,
            provider => provider.Channel,
            StringComparer.Ordinal
        );
        var byChannel = rows.Where(row => row.Channel is not null).ToLookup(row => row.Channel!.Value);
        foreach (var channel in catalog.Channels.Union(byChannel.Select(group => group.Key)))
        {
            var waiting = depths
                ?.Where(depth => byProvider.TryGetValue(depth.Provider, out var served) && served == channel)
                .Sum(depth => depth.Pending);
            var chart = CreateChart(range, intervals, byChannel[channel], row => row.Sent, row => row.Failed);
            yield return new ChannelView(channel, OverviewSums.Create(byChannel[channel]), chart, waiting);
        }
    }

    private static ChartData CreateChart(
        OverviewRange range,
        IReadOnlyList<DateTimeOffset> intervals,
        IEnumerable<AnalyticsRow> rows,
        Func<AnalyticsRow, long> good,
        Func<AnalyticsRow, long> bad
    )
    {
        var byTime = rows.ToLookup(row => row.Time);
        var points = intervals.Select(at => new ChartPoint(at, byTime[at].Sum(good), byTime[at].Sum(bad))
        {
            Delivered = byTime[at].Sum(row => row.Delivered),
        });
        return new ChartData([.. points], IsDaily: range.Step >= TimeSpan.FromDays(1));
    }

    // The depth of the queue is not known per tenant.
    private static async Task<IReadOnlyList<QueueDepth>?> ReadDepthsAsync(PageContext page) =>
        page.Can(ApiScope.Platform)
            ? await page
                .Http.RequestServices.GetRequiredService<IDeliveryQueue>()
                .GetDepthAsync(page.Aborted)
                .ConfigureAwait(false)
            : null;
}
