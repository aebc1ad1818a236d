using Notify.Load.Measuring;

namespace Notify.Load.Scaling;

/// <summary>Compares what a delivery costs the database with the most processes with its costs with one.</summary>
internal static class ScalingResult
{
    private static readonly Reach Target = Reach.AtMost(1.1);

    private static readonly (string Name, Func<ScalingRun, double> Get)[] Costs =
    [
        ("statements", run => run.Database.Statements),
        ("wire bytes", run => run.Database.WireBytes),
        ("log bytes", run => run.Database.LogBytes),
    ];

    /// <param name="load">The words for the load.</param>
    /// <param name="runs">The runs with this load, the first of which had one process.</param>
    public static IEnumerable<RatioResult> Create(string load, IReadOnlyList<ScalingRun> runs)
    {
        var (alone, most) = (runs[0], runs[^1]);
        foreach (var (name, get) in Costs)
        {
            var result = RatioResult.Create(
                $"{ScalingScenario.Name}: {name}, {load}",
                new Turn(most.Count, most.Seconds, P50: 0, P99: 0, AllocatedBytes: 0),
                alone.PerSecond,
                get(most) / get(alone),
                Target
            );
            // Only the memory of the load generator is known, and it is not what is measured.
            yield return result with
            {
                RssMb = 0,
                Details = Describe(name, get, runs),
            };
        }
    }

    private static Dictionary<string, double> Describe(string cost, Func<ScalingRun, double> get, IReadOnlyList<ScalingRun> runs)
    {
        var details = new Dictionary<string, double>();
        foreach (var run in runs)
        {
            void Add(string name, double value) => details[$"{name}_{run.Processes}"] = Math.Round(value, 3);

            Add(cost.Replace(' ', '_'), get(run));
            if (cost != Costs[0].Name)
                continue;

            Add("per_second", run.PerSecond);
            Add("round_trips", run.Database.RoundTrips);
            Add("commits", run.Database.Commits);
            Add("commits_per_process", run.CommitsPerProcess);
            Add("row_lock_waits", run.LockWaits.Rows);
            Add("internal_lock_waits", run.LockWaits.Internal);
            Add("idle_statements_per_second", run.IdleStatements);
            Add("most_uneven", run.MostUneven);
            Add("sent_twice", run.Duplicates);
        }

        return details;
    }
}
