using Notify.Storage.Toolkit;
using Notify.TestSupport;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>How long a purge rests between its steps.</summary>
public sealed class PurgePaceTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly ManualTime _time = new();

    /// <summary>
    /// Each step takes 10 ms, and purges what was accepted within this time. Resting, it proceeds twice as fast as these were
    /// accepted.
    /// </summary>
    [Theory]
    [InlineData(60_000, 40)]
    [InlineData(100, 40)]
    [InlineData(80, 30)]
    [InlineData(60, 20)]
    [InlineData(40, 10)]
    [InlineData(0, 10)]
    public async Task A_purge_rests_as_long_as_it_can_without_falling_behind(int acceptedWithin, int rest)
    {
        var pace = new PurgePace(_time);
        var reached = _time.GetUtcNow().AddDays(-30);
        await RestAsync(pace, _ => pace.RestAsync(reached, _), Step);
        for (var i = 0; i < 3; i++)
        {
            reached = reached.AddMilliseconds(acceptedWithin);
            await RestAsync(pace, _ => pace.RestAsync(reached, _), TimeSpan.FromMilliseconds(rest));
        }
    }

    [Fact]
    public async Task A_purge_without_order_rests_as_long_as_it_works()
    {
        var pace = new PurgePace(_time);
        for (var i = 0; i < 3; i++)
            await RestAsync(pace, pace.RestAsync, Step);
    }

    private async Task RestAsync(PurgePace pace, Func<CancellationToken, Task> rest, TimeSpan expected)
    {
        pace.Begin();
        _time.Advance(Step);
        var resting = rest(TestContext.Current.CancellationToken);
        _time.Advance(expected - TimeSpan.FromMilliseconds(1));
        Assert.False(resting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await resting;
    }
}
