using Microsoft.Extensions.Options;
using Notify.Core.Analytics;
using Notify.Storage;

namespace Notify.Core.Queries;

/// <summary>Answers an application's queries for figures, within limits.</summary>
internal sealed class AnalyticsQueries(IAnalyticsStore store, IOptions<NotificationsOptions> options, TimeProvider time)
    : IAnalytics
{
    /// <summary>The maximum number of sums that the store returns, several of which make a row.</summary>
    private const int MaxSums = 100_000;

    public async Task<AnalyticsResult> QueryAsync(AnalyticsQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var errors = new List<FieldError>();
        var (from, to) = AnalyticsRules.Check(errors, query, options.Value, time.GetUtcNow());
        InvalidRequestException.ThrowIfAny(errors);

        var filter = new AnalyticsFilter
        {
            Tenant = query.Tenant,
            From = from,
            To = to,
            Resolution = query.Resolution,
            GroupBy = query.GroupBy,
            Channel = query.Channel,
            Provider = query.Provider,
            Template = query.Template,
            Workflow = query.Workflow,
            Category = query.Category,
            Limit = MaxSums + 1,
        };
        var sums = await store.SumAsync(filter, cancellationToken).ConfigureAwait(false);
        if (sums.Count > MaxSums)
        {
            throw new InvalidRequestException([
                new FieldError(
                    "groupBy",
                    FieldErrorCodes.OutOfRange,
                    "The answer is too large. Group by fewer names, use a longer resolution or a shorter time, or add a filter."
                ),
            ]);
        }

        return new AnalyticsResult
        {
            From = from,
            To = to,
            Rows = [.. sums.GroupBy(GetGroup).OrderBy(group => group.Key, Comparer).Select(CreateRow)],
        };
    }

    public IReadOnlyList<FieldError> Validate(AnalyticsQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var errors = new List<FieldError>();
        AnalyticsRules.Check(errors, query, options.Value, time.GetUtcNow());
        return errors;
    }

    private static readonly Comparer<AnalyticsCount> Comparer = Comparer<AnalyticsCount>.Create(Compare);

    private static AnalyticsCount GetGroup(AnalyticsCount sum) =>
        sum with
        {
            Measure = AnalyticsMeasure.Sent,
            Detail = null,
            Value = 0,
        };

    private static int Compare(AnalyticsCount left, AnalyticsCount right)
    {
        ReadOnlySpan<int> orders =
        [
            left.Time.CompareTo(right.Time),
            string.CompareOrdinal(left.Channel?.Name, right.Channel?.Name),
            string.CompareOrdinal(left.Provider, right.Provider),
            string.CompareOrdinal(left.Template, right.Template),
            string.CompareOrdinal(left.Workflow, right.Workflow),
            string.CompareOrdinal(left.Category, right.Category),
        ];
        foreach (var order in orders)
        {
            if (order != 0)
                return order;
        }

        return 0;
    }

    private static AnalyticsRow CreateRow(IGrouping<AnalyticsCount, AnalyticsCount> sums)
    {
        var totals = sums.ToLookup(sum => sum.Measure);
        return new AnalyticsRow
        {
            Time = sums.Key.Time,
            Channel = sums.Key.Channel,
            Provider = sums.Key.Provider,
            Template = sums.Key.Template,
            Workflow = sums.Key.Workflow,
            Category = sums.Key.Category,
            Accepted = Sum(AnalyticsMeasure.Accepted),
            Sent = Sum(AnalyticsMeasure.Sent),
            Delivered = Sum(AnalyticsMeasure.Delivered),
            Opened = Sum(AnalyticsMeasure.Opened),
            Clicked = Sum(AnalyticsMeasure.Clicked),
            Bounced = Sum(AnalyticsMeasure.Bounced),
            Complained = Sum(AnalyticsMeasure.Complained),
            Failed = Sum(AnalyticsMeasure.Failed),
            FailedBy = totals[AnalyticsMeasure.Failed].ToDictionary(sum => sum.Detail ?? NameLimit.Other, sum => sum.Value),
            Retried = Sum(AnalyticsMeasure.Retried),
            Postponed = Sum(AnalyticsMeasure.Postponed),
            Cancelled = Sum(AnalyticsMeasure.Cancelled),
            Pruned = Sum(AnalyticsMeasure.Pruned),
            Costs = totals[AnalyticsMeasure.Cost].ToDictionary(sum => sum.Detail!, Counts.GetAmount),
        };

        long Sum(AnalyticsMeasure measure) => totals[measure].Sum(sum => sum.Value);
    }
}
