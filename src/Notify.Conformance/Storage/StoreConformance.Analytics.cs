using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests the counts.</summary>
public abstract partial class StoreConformance
{
    private const string Source = "events/0";
    private const AnalyticsDimensions EveryDimension =
        AnalyticsDimensions.Channel
        | AnalyticsDimensions.Provider
        | AnalyticsDimensions.Template
        | AnalyticsDimensions.Workflow
        | AnalyticsDimensions.Category;

    private static readonly DateTimeOffset CountedDay = new(2031, 5, 28, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Counts_with_the_same_names_are_added()
    {
        await Store.Analytics.AddAsync([Count(3), Count(4)], Cancellation);
        await Store.Analytics.AddAsync([Count(5)], Cancellation);

        Assert.Equal([Count(12)], await SumAsync());
    }

    [Fact]
    public async Task Counts_with_different_names_are_separate()
    {
        AnalyticsCount[] counts =
        [
            Count(1),
            Count(2) with
            {
                Channel = Channel.Sms,
            },
            Count(3) with
            {
                Provider = OtherProvider,
            },
            Count(4) with
            {
                Measure = AnalyticsMeasure.Retried,
            },
            Count(5) with
            {
                Time = CountedDay.AddMinutes(1),
            },
            Count(6) with
            {
                Template = "welcome",
            },
            Count(7) with
            {
                Workflow = "welcome",
            },
            Count(8) with
            {
                Category = "welcome",
            },
            Count(9) with
            {
                Measure = AnalyticsMeasure.Failed,
                Detail = FailureClasses.Expired,
            },
            Count(10) with
            {
                Measure = AnalyticsMeasure.Failed,
                Detail = FailureClasses.Rejected,
            },
            Count(11) with
            {
                Measure = AnalyticsMeasure.Accepted,
                Channel = null,
                Provider = null,
            },
        ];

        await Store.Analytics.AddAsync(counts, Cancellation);
        await Store.Analytics.AddAsync([Count(100) with { Tenant = OtherTenant }], Cancellation);

        Assert.Equal(counts, (await SumAsync()).OrderBy(count => count.Value));
        Assert.Equal([Count(100) with { Tenant = OtherTenant }], await SumAsync(filter => filter with { Tenant = OtherTenant }));
    }

    [Fact]
    public async Task Counts_are_summed_by_time_and_names()
    {
        AnalyticsCount[] counts =
        [
            .. from minute in new[] { 0, 1, 59, 60, 61, 60 * 24, (60 * 24) + 1 }
            from channel in new[] { Channel.Email, Channel.Sms }
            from category in new[] { "news", "security", null }
            select Count(minute + 1) with
            {
                Time = CountedDay.AddMinutes(minute),
                Channel = channel,
                Category = category,
            },
        ];
        await Store.Analytics.AddAsync(counts, Cancellation);

        foreach (var resolution in Enum.GetValues<AnalyticsResolution>())
        {
            foreach (var groupBy in new[] { AnalyticsDimensions.None, AnalyticsDimensions.Channel, EveryDimension })
            {
                AnalyticsFilter[] filters =
                [
                    Filter() with
                    {
                        Resolution = resolution,
                        GroupBy = groupBy,
                    },
                    Filter() with
                    {
                        Resolution = resolution,
                        GroupBy = groupBy,
                        From = CountedDay.AddMinutes(1),
                    },
                    Filter() with
                    {
                        Resolution = resolution,
                        GroupBy = groupBy,
                        To = CountedDay.AddMinutes(61),
                    },
                    Filter() with
                    {
                        Resolution = resolution,
                        GroupBy = groupBy,
                        Channel = Channel.Sms,
                        Category = "news",
                    },
                    Filter() with
                    {
                        Resolution = resolution,
                        GroupBy = groupBy,
                        Provider = OtherProvider,
                    },
                    Filter() with
                    {
                        Resolution = resolution,
                        GroupBy = groupBy,
                        Measures = [AnalyticsMeasure.Opened],
                    },
                    Filter() with
                    {
                        Resolution = resolution,
                        GroupBy = groupBy,
                        Template = "x",
                        Workflow = "y",
                    },
                ];
                foreach (var filter in filters)
                {
                    var found = await Store.Analytics.SumAsync(filter, Cancellation);

                    Assert.Equal(found.Select(sum => sum.Time).Order(), found.Select(sum => sum.Time));
                    Assert.Equal(filter.Sum(counts).ToHashSet(), found.ToHashSet());
                    Assert.Equal(filter.Sum(counts).Count, found.Count);
                }
            }
        }

        Assert.Equal(3, (await SumAsync(filter => filter with { Limit = 3 })).Count);
    }

    [Fact]
    public async Task Concurrent_counts_are_all_added()
    {
        await Task.WhenAll(
            Enumerable.Range(0, 40).Select(_ => Task.Run(async () => await Store.Analytics.AddAsync([Count(1)], Cancellation)))
        );

        Assert.Equal([Count(40)], await SumAsync());
    }

    [Fact]
    public async Task Counts_of_a_source_are_added_once()
    {
        Assert.Null(await Store.Analytics.FindCheckpointAsync(Source, Cancellation));
        Assert.False(await Store.Analytics.AddAsync([Count(1)], Checkpoint(5), 0, Cancellation));
        Assert.True(
            await Store.Analytics.AddAsync([Count(1), Count(1) with { Tenant = OtherTenant }], Checkpoint(5), null, Cancellation)
        );
        Assert.False(await Store.Analytics.AddAsync([Count(1)], Checkpoint(5), null, Cancellation));
        Assert.False(await Store.Analytics.AddAsync([Count(1)], Checkpoint(9), 4, Cancellation));
        Assert.True(await Store.Analytics.AddAsync([Count(2)], Checkpoint(9), 5, Cancellation));
        Assert.False(await Store.Analytics.AddAsync([Count(2)], Checkpoint(9), 5, Cancellation));
        Assert.True(await Store.Analytics.AddAsync([], Checkpoint(10), 9, Cancellation));
        Assert.True(await Store.Analytics.AddAsync([Count(4)], Checkpoint(3) with { Source = "events/1" }, null, Cancellation));

        Assert.Equal([Count(7)], await SumAsync());
        var found = await Store.Analytics.FindCheckpointAsync(Source, Cancellation);
        Assert.Equal(10, found!.Position);
        Assert.Equal(Checkpoint(10).State.ToArray(), found.State.ToArray());
        Assert.Equal(3, (await Store.Analytics.FindCheckpointAsync("events/1", Cancellation))!.Position);
    }

    [Fact]
    public async Task Workers_that_take_each_other_for_dead_add_counts_of_a_source_once()
    {
        // Each worker believes that the source is its own, and counts one event after the other.
        const int Events = 30;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(CountAsync)));

        Assert.Equal(Events, (await SumAsync(filter => filter with { Resolution = AnalyticsResolution.Total })).Single().Value);

        async Task CountAsync()
        {
            while (true)
            {
                var position = (await Store.Analytics.FindCheckpointAsync(Source, Cancellation))?.Position;
                if (position == Events)
                    return;
                var next = (position ?? 0) + 1;
                var count = Count(1) with { Time = CountedDay.AddMinutes(next % 3) };
                await Store.Analytics.AddAsync([count], Checkpoint(next), position, Cancellation);
            }
        }
    }

    [Fact]
    public async Task Old_counts_are_moved_to_longer_periods()
    {
        AnalyticsCount[] counts =
        [
            .. from minute in new[] { 0, 1, 59, 60, (60 * 24) - 1, 60 * 24, (60 * 24) + 1 }
            from channel in new[] { Channel.Email, Channel.Sms }
            select Count(minute + 1) with
            {
                Time = CountedDay.AddMinutes(minute),
                Channel = channel,
            },
        ];
        await Store.Analytics.AddAsync(counts, Cancellation);
        var nextDay = CountedDay.AddDays(1);

        Assert.False(await Store.Analytics.RollUpAsync(AnalyticsResolution.Minute, CountedDay, 3, Cancellation));
        Assert.False(await Store.Analytics.RollUpAsync(AnalyticsResolution.Hour, nextDay, 3, Cancellation));
        Assert.True(await Store.Analytics.RollUpAsync(AnalyticsResolution.Minute, nextDay, 3, Cancellation));

        // A count that comes late is moved by the next call.
        await AssertSumsAsync(counts, minute => minute < 60 * 24 ? minute / 60 * 60 : minute);
        counts[1] = counts[1] with { Value = counts[1].Value + 1_000 };
        await Store.Analytics.AddAsync([counts[1] with { Value = 1_000 }], Cancellation);
        Assert.True(await Store.Analytics.RollUpAsync(AnalyticsResolution.Minute, nextDay, 1_000, Cancellation));
        Assert.False(await Store.Analytics.RollUpAsync(AnalyticsResolution.Minute, nextDay, 1_000, Cancellation));
        await AssertSumsAsync(counts, minute => minute < 60 * 24 ? minute / 60 * 60 : minute);

        Assert.True(await Store.Analytics.RollUpAsync(AnalyticsResolution.Hour, nextDay, 3, Cancellation));
        await AssertSumsAsync(counts, minute => minute < 60 * 24 ? 0 : minute);
    }

    [Fact]
    public async Task Nothing_is_lost_or_counted_twice_while_counts_are_moved()
    {
        var adding = Enumerable
            .Range(0, 3)
            .Select(adder =>
                Task.Run(async () =>
                {
                    for (var i = 0; i < 40; i++)
                        await Store.Analytics.AddAsync(
                            [Count(1) with { Time = CountedDay.AddMinutes(i % 7) }, Count(1) with { Category = $"{adder}" }],
                            Cancellation
                        );
                })
            )
            .ToArray();
        var moving = Enumerable
            .Range(0, 2)
            .Select(_ =>
                Task.Run(async () =>
                {
                    while (!Task.WhenAll(adding).IsCompleted)
                    {
                        await Store.Analytics.RollUpAsync(AnalyticsResolution.Minute, CountedDay.AddDays(1), 2, Cancellation);
                        await Store.Analytics.RollUpAsync(AnalyticsResolution.Hour, CountedDay.AddDays(1), 2, Cancellation);
                    }
                })
            )
            .ToArray();
        await Task.WhenAll([.. adding, .. moving]);

        var total = await SumAsync(filter => filter with { Resolution = AnalyticsResolution.Total, GroupBy = default });
        Assert.Equal(3 * 40 * 2, total.Single().Value);
    }

    private async Task AssertSumsAsync(IEnumerable<AnalyticsCount> counts, Func<int, int> move)
    {
        var moved = counts.Select(count =>
            count with
            {
                Time = CountedDay.AddMinutes(move((int)(count.Time - CountedDay).TotalMinutes)),
            }
        );
        Assert.Equal(Filter().Sum(moved).ToHashSet(), (await SumAsync()).ToHashSet());
    }

    private static AnalyticsCheckpoint Checkpoint(long position) =>
        new()
        {
            Source = Source,
            Position = position,
            State = new byte[] { 1, 0, 255, (byte)position },
        };

    private static AnalyticsFilter Filter() =>
        new()
        {
            Tenant = Tenant,
            From = CountedDay,
            To = CountedDay.AddDays(7),
            Resolution = AnalyticsResolution.Minute,
            GroupBy = EveryDimension,
        };

    private static AnalyticsCount Count(long value) =>
        new()
        {
            Time = CountedDay,
            Resolution = AnalyticsResolution.Minute,
            Tenant = Tenant,
            Measure = AnalyticsMeasure.Sent,
            Channel = Channel.Email,
            Provider = Provider,
            Value = value,
        };

    private async Task<IReadOnlyList<AnalyticsCount>> SumAsync(Func<AnalyticsFilter, AnalyticsFilter>? change = null) =>
        await Store.Analytics.SumAsync(change is null ? Filter() : change(Filter()), Cancellation);
}
