using Notify.Load.Measuring;

namespace Notify.Load.Report;

/// <summary>A result with the part of the page that shows it, and the file of its scenario.</summary>
internal sealed record ResultsRow(RatioResult Result, ResultsGroup Group, string Code)
{
    /// <summary>The name of the scenario, without the variant and the comparison.</summary>
    public string Scenario => Result.Scenario.Split(" (")[0].Split(": ")[0];
}
