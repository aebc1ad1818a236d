namespace Notify.Load.Measuring;

/// <summary>Notify and its ceiling, measured in turns in one run, because the machine is never the same for two.</summary>
internal sealed class Comparison
{
    private readonly List<(Turn Ours, Turn Ceiling)> _pairs = [];
    private readonly Figure _figure;

    private Comparison(string scenario, Figure figure) => (Scenario, _figure) = (scenario, figure);

    public string Scenario { get; }

    /// <summary>The pair whose ratio is the median.</summary>
    public (Turn Ours, Turn Ceiling) Median => _pairs.OrderBy(RatioOf).ElementAt(_pairs.Count / 2);

    /// <summary>That pair's ratio.</summary>
    public double Ratio => RatioOf(Median);

    /// <param name="scenario">The scenario's name.</param>
    /// <param name="pairs">How many pairs of turns are measured, after one of each that warms up.</param>
    /// <param name="ours">One turn of Notify.</param>
    /// <param name="ceiling">One turn of the ceiling.</param>
    /// <param name="figure">What of the turns is compared; their rates unless it is given.</param>
    public static async Task<Comparison> RunAsync(
        string scenario,
        int pairs,
        Func<Task<Turn>> ours,
        Func<Task<Turn>> ceiling,
        Figure? figure = null
    )
    {
        var comparison = new Comparison(scenario, figure ?? Figure.Rate);
        for (var i = 0; i <= pairs; i++)
        {
            var pair = (Ours: await ours(), Ceiling: await ceiling());
            if (i > 0)
                comparison._pairs.Add(pair);
            Console.Error.WriteLine($"  {(i > 0 ? $"pair {i} of {pairs}" : "warm-up")}: {comparison.Describe(pair)}");
        }

        return comparison;
    }

    public RatioResult AtLeast(double ratio) => Against(Reach.AtLeast(ratio));

    public RatioResult AtMost(double ratio) => Against(Reach.AtMost(ratio));

    private RatioResult Against(Reach reach) => RatioResult.Of(Scenario, Median.Ours, Median.Ceiling.PerSecond, Ratio, reach);

    private double RatioOf((Turn Ours, Turn Ceiling) pair) => _figure.Of(pair.Ours) / _figure.Of(pair.Ceiling);

    private string Describe((Turn Ours, Turn Ceiling) pair) =>
        $"{_figure.Show(pair.Ours)} of {_figure.Show(pair.Ceiling)} {_figure.Unit}, ratio {RatioOf(pair):0.00}";
}
