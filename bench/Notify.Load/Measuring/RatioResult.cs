namespace Notify.Load.Measuring;

/// <summary>The result of a comparison of Notify with a ceiling in the same run.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Count">The number of items in a turn.</param>
/// <param name="PerSecond">The number of items per second with Notify.</param>
/// <param name="CeilingPerSecond">The number of items per second with the ceiling.</param>
/// <param name="Ratio">The figure that the scenario compares, divided by that of the ceiling.</param>
/// <param name="P50Ms">The median of the waits, in milliseconds.</param>
/// <param name="P99Ms">The 99th percentile of the waits, in milliseconds.</param>
/// <param name="AllocatedBytesPerItem">The bytes that the process allocated per item.</param>
/// <param name="RssMb">The peak memory of the process so far, in megabytes.</param>
/// <param name="Reach">The target, in words.</param>
/// <param name="Margin">How the ratio compares with the target: 1 means that it is just reached, and more is better.</param>
/// <param name="Reached">Whether this run reached the target and met all other requirements of the scenario.</param>
internal sealed record RatioResult(
    string Scenario,
    int Count,
    double PerSecond,
    double CeilingPerSecond,
    double Ratio,
    double P50Ms,
    double P99Ms,
    double AllocatedBytesPerItem,
    double RssMb,
    string Reach,
    double Margin,
    bool Reached
) : Result(Scenario, Count, PerSecond)
{
    /// <summary>The day of the run, if the scenario was run by <c>all</c>.</summary>
    public DateOnly? Measured { get; init; }

    /// <summary>Further figures of the scenario, by name.</summary>
    public IReadOnlyDictionary<string, double>? Details { get; init; }

    /// <param name="scenario">The scenario's name.</param>
    /// <param name="ours">The turn of Notify that is reported.</param>
    /// <param name="ceilingPerSecond">The rate of the ceiling in the same pair.</param>
    /// <param name="ratio">The ratio that the scenario compares.</param>
    /// <param name="reach">The target for the ratio.</param>
    public static RatioResult Create(string scenario, Turn ours, double ceilingPerSecond, double ratio, Reach reach) =>
        new(
            scenario,
            ours.Count,
            Math.Round(ours.PerSecond, 1),
            Math.Round(ceilingPerSecond, 1),
            Math.Round(ratio, 3),
            Math.Round(ours.P50, 3),
            Math.Round(ours.P99, 3),
            Math.Round(ours.AllocatedBytesEach),
            Math.Round(ResidentMemory.PeakBytes() / 1e6, 1),
            reach.ToString(),
            Math.Round(reach.GetMargin(ratio), 3),
            reach.IsReachedBy(ratio)
        );

    /// <summary>Adds another requirement besides the ratio.</summary>
    /// <param name="reach">The requirement, in words.</param>
    /// <param name="reached">Whether this run met it.</param>
    public RatioResult And(string reach, bool reached) => this with { Reach = $"{Reach}, {reach}", Reached = Reached && reached };
}
