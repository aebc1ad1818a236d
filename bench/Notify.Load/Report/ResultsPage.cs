using System.Globalization;
using System.Text;
using Notify.Load.Measuring;

namespace Notify.Load.Report;

/// <summary>
/// Writes the page with the scenarios' results: a plot, a table, and, for each target that was missed, a profile that explains
/// it.
/// </summary>
internal static class ResultsPage
{
    public const string FileName = "RESULTS.md";

    private const string PlotName = "RESULTS.svg";

    /// <summary>The folder with the profiles of scenarios, which are written by hand.</summary>
    private const string Profiles = "profiles";

    public static void Write(string folder, IReadOnlyList<RatioResult> results)
    {
        File.WriteAllText(Path.Combine(folder, PlotName), ResultsPlot.Draw(results));
        File.WriteAllText(Path.Combine(folder, FileName), Describe(folder, results));
    }

    private static string Describe(string folder, IReadOnlyList<RatioResult> results)
    {
        var page = new StringBuilder();
        page.Append(
            CultureInfo.InvariantCulture,
            $"""
            # What was measured

            By `dotnet run -c Release --project bench/Notify.Load -- all` on {DateTime.UtcNow:yyyy-MM-dd}: {Machine.Describe()}.
            Each row ran in turns with its ceiling, in its own process; the median pair counts. The top of each scenario's file
            in `bench/Notify.Load` describes the scenario, its ceiling, and which wait p50 and p99 measure. Less is better where
            a ratio compares waits or costs (`fanout`, `priority`, `fairness`, `idle`). The bench uses the workstation collector,
            except in the rows that name another. One run each: pairs of one run differ by a tenth to a third on a shared machine.

            ![How far each figure was reached]({PlotName})

            | scenario | items | per second | ceiling | ratio | reach | p50 ms | p99 ms | allocated B each | RSS MB | |
            |---|---:|---:|---:|---:|---|---:|---:|---:|---:|---|

            """
        );
        foreach (var result in results)
            page.AppendLine(Row(result));
        foreach (var result in results.Where(result => result.Details is not null))
            page.Append(
                CultureInfo.InvariantCulture,
                $"\n`{result.Scenario}`: {string.Join(", ", result.Details!.Select(Detail))}\n"
            );
        foreach (var scenario in results.Select(result => result.Scenario.Split(" (")[0].Split(": ")[0]).Distinct())
            page.Append(ReadProfile(folder, scenario));
        return page.ToString();
    }

    private static string Row(RatioResult result) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| `{result.Scenario}` | {result.Count:N0} | {result.PerSecond:N0} | "
                + $"{result.CeilingPerSecond:N0} | **{result.Ratio:0.00}** | {result.Reach} "
                + $"| {result.P50Ms:0.00} | {result.P99Ms:0.00} | {result.AllocatedBytesPerItem:N0} "
                + $"| {result.RssMb:0} | {(result.Reached ? "reached" : "missed")} |"
        );

    private static string Detail(KeyValuePair<string, double> detail) =>
        string.Create(CultureInfo.InvariantCulture, $"{detail.Key.Replace('_', ' ')} {detail.Value:#,0.###}");

    private static string ReadProfile(string folder, string scenario)
    {
        var file = Path.Combine(folder, Profiles, $"{scenario}.md");
        return File.Exists(file) ? $"\n## {scenario}\n\n{File.ReadAllText(file)}" : "";
    }
}
