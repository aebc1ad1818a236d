using Notify.Dashboard.Layout;

namespace Notify.Dashboard.Overview;

/// <summary>The model of the overview.</summary>
internal sealed record OverviewView
{
    public required OverviewRange Range { get; init; }

    public required OverviewSums Sums { get; init; }

    public required IReadOnlyList<ChannelView> Channels { get; init; }

    public required IReadOnlyList<AttentionItem> Attention { get; init; }

    /// <summary>Gets the accepted notifications. They belong to no channel, because a notification may have several.</summary>
    public required ChartData Accepted { get; init; }

    /// <summary>Gets the share of ended deliveries that must be sent, from which the error budget follows.</summary>
    public required double Objective { get; init; }

    /// <summary>Gets the number of waiting deliveries of all tenants; null for a caller of one tenant.</summary>
    public long? Waiting { get; init; }

    public required IReadOnlyList<NotificationSummary> Newest { get; init; }
}

/// <summary>A channel with its figures and its chart.</summary>
internal sealed record ChannelView(Channel Channel, OverviewSums Sums, ChartData Chart, long? Waiting);

/// <summary>The sums of a period.</summary>
internal sealed record OverviewSums(long Accepted, long Sent, long Delivered, long Failed)
{
    /// <summary>Gets the share of the ended deliveries that were sent; null if none ended.</summary>
    public double? SuccessRate => Sent + Failed > 0 ? (double)Sent / (Sent + Failed) : null;

    /// <summary>
    /// Computes the share of the permitted failures that is left; negative if more failed. Null if no delivery ended.
    /// </summary>
    public double? GetBudget(double objective) => SuccessRate is { } rate ? 1 - ((1 - rate) / (1 - objective)) : null;

    public static OverviewSums Create(IEnumerable<AnalyticsRow> rows)
    {
        var sums = new OverviewSums(0, 0, 0, 0);
        foreach (var row in rows)
            sums = new OverviewSums(
                sums.Accepted + row.Accepted,
                sums.Sent + row.Sent,
                sums.Delivered + row.Delivered,
                sums.Failed + row.Failed
            );
        return sums;
    }
}

/// <summary>Something that a person should look at now.</summary>
internal sealed record AttentionItem(string Tone, string Title, string Text, string Path, string Link);

/// <summary>The period that the overview shows.</summary>
internal sealed record OverviewRange(string Name, string Title, TimeSpan Length, AnalyticsResolution Resolution, TimeSpan Step)
{
    public static IReadOnlyList<OverviewRange> All { get; } =
    [
        new("1h", "1 hour", TimeSpan.FromHours(1), AnalyticsResolution.Minute, TimeSpan.FromMinutes(1)),
        new("24h", "24 hours", TimeSpan.FromHours(24), AnalyticsResolution.Hour, TimeSpan.FromHours(1)),
        new("30d", "30 days", TimeSpan.FromDays(30), AnalyticsResolution.Day, TimeSpan.FromDays(1)),
    ];

    public static OverviewRange Find(string? name) => All.FirstOrDefault(range => range.Name == name) ?? All[1];

    /// <summary>Gets the beginnings of the intervals until now.</summary>
    public IReadOnlyList<DateTimeOffset> GetIntervals(DateTimeOffset now)
    {
        var last = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % Step.Ticks), TimeSpan.Zero);
        var count = (int)(Length / Step);
        return [.. Enumerable.Range(0, count).Select(i => last - ((count - 1 - i) * Step))];
    }
}
