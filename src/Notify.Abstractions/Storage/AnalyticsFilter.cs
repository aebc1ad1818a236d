using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>The counts that a store sums, and by what it groups them.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record AnalyticsFilter
{
    /// <summary>Gets all measures.</summary>
    public static IReadOnlyList<AnalyticsMeasure> AllMeasures { get; } = Enum.GetValues<AnalyticsMeasure>();

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the inclusive start of the time. Counts whose period begins earlier are left out.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Gets the exclusive end of the time. Counts whose period begins then or later are left out.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>
    /// Gets the periods by which counts are grouped. A count that is stored for a longer period belongs to the group in which its
    /// period begins. With <see cref="AnalyticsResolution.Total"/>, all counts are in one group, which begins at
    /// <see cref="From"/>.
    /// </summary>
    public required AnalyticsResolution Resolution { get; init; }

    /// <summary>
    /// Gets the names by which counts are grouped, besides the measure and its detail. All other names are null in the answer.
    /// </summary>
    public AnalyticsDimensions GroupBy { get; init; }

    /// <summary>Gets the measures to include. Default: all.</summary>
    public IReadOnlyList<AnalyticsMeasure> Measures { get; init; } = AllMeasures;

    /// <summary>Gets the only channel to include; null for all, and for counts without one.</summary>
    public Channel? Channel { get; init; }

    /// <summary>Gets the only provider to include; null for all, and for counts without one.</summary>
    public string? Provider { get; init; }

    /// <summary>Gets the only template to include; null for all, and for counts without one.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the only workflow to include; null for all, and for counts without one.</summary>
    public string? Workflow { get; init; }

    /// <summary>Gets the only category to include; null for all, and for counts without one.</summary>
    public string? Category { get; init; }

    /// <summary>Gets the maximum number of sums. Those of the latest time are left out. Default: no limit.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <summary>Sums counts as this filter specifies. Counts that do not match it are left out.</summary>
    /// <param name="counts">The counts.</param>
    /// <returns>The sums in order of time.</returns>
    public IReadOnlyList<AnalyticsCount> Sum(IEnumerable<AnalyticsCount> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var sums = new Dictionary<AnalyticsCount, long>();
        foreach (var count in counts)
        {
            if (Matches(count))
                sums[GetGroup(count)] = sums.GetValueOrDefault(GetGroup(count)) + count.Value;
        }

        return [.. sums.OrderBy(sum => sum.Key.Time).Take(Limit).Select(sum => sum.Key with { Value = sum.Value })];
    }

    private bool Matches(AnalyticsCount count) =>
        count.Tenant == Tenant
        && count.Time >= From
        && count.Time < To
        && Measures.Contains(count.Measure)
        && (Channel is null || count.Channel == Channel)
        && (Provider is null || count.Provider == Provider)
        && (Template is null || count.Template == Template)
        && (Workflow is null || count.Workflow == Workflow)
        && (Category is null || count.Category == Category);

    private AnalyticsCount GetGroup(AnalyticsCount count) =>
        new()
        {
            Time = Resolution == AnalyticsResolution.Total ? From : Resolution.GetStart(count.Time),
            Resolution = Resolution,
            Tenant = Tenant,
            Measure = count.Measure,
            Detail = count.Detail,
            Channel = GroupBy.HasFlag(AnalyticsDimensions.Channel) ? count.Channel : null,
            Provider = GroupBy.HasFlag(AnalyticsDimensions.Provider) ? count.Provider : null,
            Template = GroupBy.HasFlag(AnalyticsDimensions.Template) ? count.Template : null,
            Workflow = GroupBy.HasFlag(AnalyticsDimensions.Workflow) ? count.Workflow : null,
            Category = GroupBy.HasFlag(AnalyticsDimensions.Category) ? count.Category : null,
            Value = 0,
        };
}

/// <summary>Computes the periods of resolutions.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public static class AnalyticsPeriods
{
    /// <summary>Gets the length of the periods of a resolution; zero for <see cref="AnalyticsResolution.Total"/>.</summary>
    /// <param name="resolution">The resolution.</param>
    public static TimeSpan GetLength(this AnalyticsResolution resolution) =>
        resolution switch
        {
            AnalyticsResolution.Minute => TimeSpan.FromMinutes(1),
            AnalyticsResolution.Hour => TimeSpan.FromHours(1),
            AnalyticsResolution.Day => TimeSpan.FromDays(1),
            _ => TimeSpan.Zero,
        };

    /// <summary>Gets the start of the period, in UTC, to which a time belongs.</summary>
    /// <param name="resolution">A resolution other than <see cref="AnalyticsResolution.Total"/>.</param>
    /// <param name="time">The time.</param>
    public static DateTimeOffset GetStart(this AnalyticsResolution resolution, DateTimeOffset time)
    {
        var ticks = time.UtcTicks;
        return new DateTimeOffset(ticks - (ticks % resolution.GetLength().Ticks), TimeSpan.Zero);
    }

    /// <summary>Moves a count to the next longer period.</summary>
    /// <param name="count">A count of a minute or an hour.</param>
    public static AnalyticsCount RollUp(AnalyticsCount count)
    {
        var longer = count.Resolution == AnalyticsResolution.Minute ? AnalyticsResolution.Hour : AnalyticsResolution.Day;
        return count with { Resolution = longer, Time = longer.GetStart(count.Time) };
    }
}
