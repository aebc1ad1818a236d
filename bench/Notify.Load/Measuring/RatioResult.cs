namespace Notify.Load.Measuring;

/// <summary>How Notify did against a ceiling of the same run.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Count">How many items a turn had.</param>
/// <param name="PerSecond">Notify's items per second.</param>
/// <param name="CeilingPerSecond">The ceiling's.</param>
/// <param name="Ratio">What the scenario compares, as a part of the ceiling.</param>
/// <param name="P50Ms">The median of what a caller waited, in milliseconds.</param>
/// <param name="P99Ms">What 99 of 100 callers waited at most.</param>
/// <param name="AllocatedBytesPerItem">What the process allocated for each item.</param>
/// <param name="RssMb">The most memory that the process held so far, in megabytes.</param>
/// <param name="Reach">The ratio to reach, in words.</param>
/// <param name="Margin">How far from it the ratio is: 1 just reaches it, and more is better.</param>
/// <param name="Reached">Whether this run reached it, and whatever else the scenario asks for.</param>
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
    /// <summary>What else the scenario has to say, by name.</summary>
    public IReadOnlyDictionary<string, double>? Details { get; init; }

    /// <param name="scenario">The scenario's name.</param>
    /// <param name="ours">The turn of Notify that counts.</param>
    /// <param name="ceilingPerSecond">The ceiling's rate beside it.</param>
    /// <param name="ratio">What the scenario compares.</param>
    /// <param name="reach">The ratio to reach.</param>
    public static RatioResult Of(string scenario, Turn ours, double ceilingPerSecond, double ratio, Reach reach) =>
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
            Math.Round(reach.MarginOf(ratio), 3),
            reach.IsReachedBy(ratio)
        );

    /// <summary>Asks for something else besides the ratio.</summary>
    /// <param name="reach">What, in words.</param>
    /// <param name="reached">Whether this run reached it.</param>
    public RatioResult And(string reach, bool reached) => this with { Reach = $"{Reach}, {reach}", Reached = Reached && reached };
}
