namespace Notify.Load.Measuring;

/// <summary>Notify and its ceiling, measured in turns in one run, because the machine is never the same for two.</summary>
internal sealed class Comparison
{
    private readonly List<(Turn Ours, Turn Ceiling)> _pairs = [];

    private Comparison(string scenario) => Scenario = scenario;

    public string Scenario { get; }

    /// <summary>The pair whose ratio is the median.</summary>
    public (Turn Ours, Turn Ceiling) Median => _pairs.OrderBy(Ratio).ElementAt(_pairs.Count / 2);

    /// <param name="scenario">The scenario's name.</param>
    /// <param name="pairs">How many pairs of turns are measured, after one of each that warms up.</param>
    /// <param name="ours">One turn of Notify.</param>
    /// <param name="ceiling">One turn of the ceiling.</param>
    public static async Task<Comparison> RunAsync(string scenario, int pairs, Func<Task<Turn>> ours, Func<Task<Turn>> ceiling)
    {
        var comparison = new Comparison(scenario);
        for (var i = 0; i <= pairs; i++)
        {
            var pair = (Ours: await ours(), Ceiling: await ceiling());
            if (i > 0)
                comparison._pairs.Add(pair);
            var turn = i > 0 ? $"pair {i} of {pairs}" : "warm-up";
            Console.Error.WriteLine($"  {turn}: {pair.Ours.PerSecond:N0} of {pair.Ceiling.PerSecond:N0} per second, ratio {Ratio(pair):0.00}");
        }

        return comparison;
    }

    public RatioResult AtLeast(double ratio) =>
        RatioResult.Of(Scenario, Median.Ours, Median.Ceiling.PerSecond, Ratio(Median), Reach.AtLeast(ratio));

    private static double Ratio((Turn Ours, Turn Ceiling) pair) => pair.Ours.PerSecond / pair.Ceiling.PerSecond;
}
