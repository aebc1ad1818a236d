using Notify.Core.Validation;
using Notify.Storage;

namespace Notify.Core.Queries;

/// <summary>Validates queries for figures.</summary>
internal static class AnalyticsRules
{
    /// <summary>The number of minutes of a week.</summary>
    public const int MaxPeriods = 10_080;

    private const AnalyticsDimensions Dimensions =
        AnalyticsDimensions.Channel
        | AnalyticsDimensions.Provider
        | AnalyticsDimensions.Template
        | AnalyticsDimensions.Workflow
        | AnalyticsDimensions.Category;

    /// <summary>Validates a query.</summary>
    /// <returns>The period, with the defaults applied, from the start of a minute, hour or day to the end of one.</returns>
    public static (DateTimeOffset From, DateTimeOffset To) Check(
        List<FieldError> errors,
        AnalyticsQuery query,
        NotificationsOptions options,
        DateTimeOffset now
    )
    {
        Names.Check(errors, "tenant", query.Tenant);
        QueryRules.CheckText(errors, "provider", query.Provider);
        QueryRules.CheckText(errors, "template", query.Template);
        QueryRules.CheckText(errors, "workflow", query.Workflow);
        QueryRules.CheckText(errors, "category", query.Category);
        if ((query.GroupBy & ~Dimensions) != 0)
            errors.Add(
                new FieldError(
                    "groupBy",
                    FieldErrorCodes.Invalid,
                    "Use one or more of channel, provider, template, workflow, category."
                )
            );
        if (!Enum.IsDefined(query.Resolution))
        {
            errors.Add(new FieldError("resolution", FieldErrorCodes.Invalid, "Use one of minute, hour, day, total."));
            return default;
        }

        return CheckPeriod(errors, query, options, now);
    }

    private static (DateTimeOffset From, DateTimeOffset To) CheckPeriod(
        List<FieldError> errors,
        AnalyticsQuery query,
        NotificationsOptions options,
        DateTimeOffset now
    )
    {
        var end = query.To ?? now;
        var span = GetDefaultSpan(query.Resolution);
        var begin = query.From ?? (end - DateTimeOffset.MinValue > span ? end - span : DateTimeOffset.MinValue);
        // A total is exact from the shortest period on that is still kept for its start.
        var unit = query.Resolution == AnalyticsResolution.Total ? GetShortest(begin, options, now) : query.Resolution;
        var (from, to) = (unit.GetStart(begin), GetEnd(unit, end));
        if (from >= to || begin >= end)
            errors.Add(new FieldError("from", FieldErrorCodes.OutOfRange, "Must be before to."));
        else if (query.Resolution != AnalyticsResolution.Total && (to - from) / unit.GetLength() > MaxPeriods)
            errors.Add(
                new FieldError(
                    "from",
                    FieldErrorCodes.OutOfRange,
                    $"The query has more than {MaxPeriods} periods. Use a longer resolution or a shorter time."
                )
            );
        else if (unit < GetShortest(from, options, now))
            errors.Add(
                new FieldError(
                    "resolution",
                    FieldErrorCodes.OutOfRange,
                    "The counts of from are kept only for longer periods. Use a longer resolution or a later from."
                )
            );
        return (from, to);
    }

    private static TimeSpan GetDefaultSpan(AnalyticsResolution resolution) =>
        resolution switch
        {
            AnalyticsResolution.Minute => TimeSpan.FromHours(1),
            AnalyticsResolution.Day => TimeSpan.FromDays(30),
            _ => TimeSpan.FromDays(1),
        };

    // Whole days are moved, so the counts of a time that is not too old yet are certainly kept.
    private static AnalyticsResolution GetShortest(DateTimeOffset time, NotificationsOptions options, DateTimeOffset now)
    {
        if (options.HourCountRetention is { } hours && now - time > hours + TimeSpan.FromHours(1))
            return AnalyticsResolution.Day;
        return options.MinuteCountRetention is { } minutes && now - time > minutes + TimeSpan.FromMinutes(1)
            ? AnalyticsResolution.Hour
            : AnalyticsResolution.Minute;
    }

    private static DateTimeOffset GetEnd(AnalyticsResolution unit, DateTimeOffset end)
    {
        var start = unit.GetStart(end);
        return start == end || DateTimeOffset.MaxValue - start < unit.GetLength() ? start : start + unit.GetLength();
    }
}
