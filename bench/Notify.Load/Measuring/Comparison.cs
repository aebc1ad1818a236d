namespace Notify.Load.Measuring;

/// <summary>
/// Measures Notify and its ceiling alternately in one run, because the machine's speed differs from run to run.
/// </summary>
internal sealed class Comparison
{
    private readonly List<(Turn Ours, Turn Ceiling)> _pairs = [];
    private readonly Figure _figure;

    private Comparison(string scenario, Figure figure) => (Scenario, _figure) = (scenario, figure);

    public string Scenario { get; }

    /// <summary>The pair with the median ratio.</summary>
    public (Turn Ours, Turn Ceiling) Median => _pairs.OrderBy(GetRatio).ElementAt(_pairs.Count / 2);

    /// <summary>The ratio of the median pair.</summary>
    public double Ratio => GetRatio(Median);

    /// <param name="scenario">The scenario's name.</param>
    /// <param name="pairs">The number of measured pairs of turns. A pair for warming up is run before them.</param>
    /// <param name="ours">Runs one turn of Notify.</param>
    /// <param name="ceiling">Runs one turn of the ceiling.</param>
    /// <param name="figure">The figure of the turns that is compared. Default: the rate.</param>
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

    private RatioResult Against(Reach reach) => RatioResult.Create(Scenario, Median.Ours, Median.Ceiling.PerSecond, Ratio, reach);

    private double GetRatio((Turn Ours, Turn Ceiling) pair) => _figure.GetValue(pair.Ours) / _figure.GetValue(pair.Ceiling);

    private string Describe((Turn Ours, Turn Ceiling) pair) =>
        $"{_figure.Show(pair.Ours)} of {_figure.Show(pair.Ceiling)} {_figure.Unit}, ratio {GetRatio(pair):0.00}";
}
