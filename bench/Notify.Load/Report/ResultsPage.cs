using System.Globalization;
using System.Text;
using Notify.Load.Full;
using Notify.Load.Measuring;
using Notify.Load.MongoDb;

namespace Notify.Load.Report;

/// <summary>
/// Writes the page with the scenarios' results: for each group a chart and a table, and a link to the profile of each scenario
/// that missed its target.
/// </summary>
internal static class ResultsPage
{
    public const string FileName = "RESULTS.md";

    /// <summary>The folder with the profiles of scenarios, which are written by hand.</summary>
    private const string Profiles = "profiles";

    private const string NoMongoDb = $"""

        **MongoDB was not measured**: no server was to be had where this page was made. `{MongoDbScenario.Name}` and
        `full --store mongodb` run where `{MongoDbStore.Variable}` has the address of one. Tests without a server prove that a
        delivery takes few commands: [how many](profiles/mongodb.md).

        """;

    private const string Limits = """

        ## What these numbers do not say

        - **How fast your machine is.** Compare the ratios. A rate on another machine, disk or network is another rate. Most of
          the machines that run these scenarios are shared: pairs of one run differ by a tenth to a third.
        - **How fast a vendor is.** The vendors here are local servers that answer at once or after 50 ms. A real vendor's rate
          limit is usually far below these rates.
        - **How much a network costs.** PostgreSQL, Redis, the brokers, the hosts and the load generator all run on one machine
          and compete for its processors. With more of them than processors, a rate falls that would rise on separate machines.
        - **That a peer cannot be faster.** Each peer has the settings that its documentation names for throughput. It may do work
          that Notify does not do, and the other way round: Notify plans, checks quiet hours and records each attempt.
        - **Anything about long runs.** A turn takes seconds. Only `full` has a store that months of use have filled.
        - **How Kafka behaves.** The brokers are librdkafka's mock cluster, which keeps nothing on disk.

        """;

    public static void Write(string folder, IReadOnlyList<ResultsRow> rows)
    {
        foreach (var group in ResultsGroup.All)
        {
            RatioResult[] results = [.. rows.Where(row => row.Group == group).Select(row => row.Result)];
            File.WriteAllText(Path.Combine(folder, group.ChartName), ResultsPlot.Draw(group.Title, results));
        }

        File.WriteAllText(Path.Combine(folder, FileName), Describe(folder, rows));
    }

    private static string Describe(string folder, IReadOnlyList<ResultsRow> rows)
    {
        var page = new StringBuilder();
        page.Append(
            CultureInfo.InvariantCulture,
            $"""
            # What was measured

            By `dotnet run -c Release --project bench/Notify.Load -- all`: {Machine.Describe()}. The last column has the day.
            Notify and its ceiling ran in turns, and the median pair counts. Each name links to the code, whose first lines
            describe the scenario, its ceiling and what a wait is. `RESULTS.jsonl` has more figures of each row. The bench
            uses the workstation collector, except in the rows that name another.

            """
        );
        foreach (var group in ResultsGroup.All)
            Describe(page, folder, group, [.. rows.Where(row => row.Group == group)]);
        return page.Append(Limits).ToString();
    }

    private static void Describe(StringBuilder page, string folder, ResultsGroup group, IReadOnlyList<ResultsRow> rows)
    {
        if (rows.Count == 0)
            return;

        page.Append(
            CultureInfo.InvariantCulture,
            $"""

            ## {group.Title}

            {group.Text}

            ![{group.Title}]({group.ChartName})

            | scenario | per second | ceiling | ratio | target | p50 ms | p99 ms | allocated B each | RSS MB | | measured |
            |---|---:|---:|---:|---|---:|---:|---:|---:|---|---|

            """
        );
        foreach (var row in rows)
            page.AppendLine(Describe(folder, row));
        if (group == ResultsGroup.Ceilings && !rows.Any(row => row.Scenario == MongoDbScenario.Name))
            page.Append(NoMongoDb);
    }

    private static string Describe(string folder, ResultsRow row)
    {
        var result = row.Result;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| [`{result.Scenario}`]({row.Code}) | {Show(result.PerSecond, "N0")} | {Show(result.CeilingPerSecond, "N0")} "
                + $"| **{result.Ratio:0.00}** | {result.Reach} | {Show(result.P50Ms, "0.00")} | {Show(result.P99Ms, "0.00")} "
                + $"| {Show(result.AllocatedBytesPerItem, "N0")} | {Show(result.RssMb, "0")} "
                + $"| {(result.Reached ? "reached" : DescribeMiss(folder, row.Scenario))} | {result.Measured:yyyy-MM-dd} |"
        );
    }

    /// <summary>A scenario gives 0 for what it does not measure.</summary>
    private static string Show(double figure, string format) =>
        figure == 0 ? "" : figure.ToString(format, CultureInfo.InvariantCulture);

    private static string DescribeMiss(string folder, string scenario)
    {
        var profile = $"{Profiles}/{scenario}.md";
        return File.Exists(Path.Combine(folder, profile)) ? $"missed: [why]({profile})" : "missed";
    }
}
