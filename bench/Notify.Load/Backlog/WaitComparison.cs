using Notify.Load.Measuring;

namespace Notify.Load.Backlog;

/// <summary>
/// What is waited for with a backlog in the queue, and without one, in turns; the pair with the median ratio of their p99 counts.
/// </summary>
internal sealed class WaitComparison
{
    private readonly List<(Turn Busy, Turn Idle)> _pairs = [];

    private (Turn Busy, Turn Idle) Median => _pairs.OrderBy(Ratio).ElementAt(_pairs.Count / 2);

    public static async Task<WaitComparison> RunAsync(int pairs, Func<Task<Turn>> busy, Func<Task<Turn>> idle)
    {
        var comparison = new WaitComparison();
        for (var i = 0; i <= pairs; i++)
        {
            var pair = (Busy: await busy(), Idle: await idle());
            if (i > 0)
                comparison._pairs.Add(pair);
            var turn = i > 0 ? $"pair {i} of {pairs}" : "warm-up";
            Console.Error.WriteLine(
                $"  {turn}: p50 {pair.Busy.P50:0.00} of {pair.Idle.P50:0.00} ms, "
                + $"p99 {pair.Busy.P99:0.00} of {pair.Idle.P99:0.00} ms, ratio {Ratio(pair):0.00}");
        }

        return comparison;
    }

    public RatioResult AtMost(string scenario, double mostRatio, IReadOnlyDictionary<string, double> details)
    {
        var (busy, idle) = Median;
        var ratio = Ratio(Median);
        return RatioResult.Of(scenario, busy, idle.PerSecond, ratio, Reach.AtMost(mostRatio)) with
        {
            Details = new Dictionary<string, double>(details)
            {
                ["idle_p50_ms"] = Math.Round(idle.P50, 3),
                ["idle_p99_ms"] = Math.Round(idle.P99, 3),
            },
        };
    }

    private static double Ratio((Turn Busy, Turn Idle) pair) => pair.Busy.P99 / pair.Idle.P99;
}
