using System.Globalization;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Backlog;

/// <summary>
/// Starts a process on a database that contains due deliveries, and lets it send them all. Compares the rate over the whole run,
/// from the start of the process until the last delivery is settled, with the median of the rates in each quarter of a second. A
/// wait is the time for the next thousand deliveries.
/// </summary>
internal static class BacklogScenario
{
    private const double LeastRatio = 0.9;
    private const int MostFirstMs = 2_000;
    private const int MostRssMb = 300;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 1_000_000, min: 10_000);
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var large = await WorkOffAsync(folder, count);
        var small = await WorkOffAsync(folder, Math.Max(10_000, count / 10));
        CreateResult(large, small).Print();
        return 0;
    }

    private static async Task<WorkedOff> WorkOffAsync(TemporaryFolder folder, int count)
    {
        var path = folder.File($"{count}.db");
        Console.Error.WriteLine($"  preparing {count:N0} deliveries");
        await DueDeliveries.MakeAsync(path, count, Trigger.DefaultTenant, Priority.Normal);
        var worked = await ChildProcess.RunAsync(
            BacklogProcess.Name,
            "--database",
            path,
            "--count",
            count.ToString(CultureInfo.InvariantCulture)
        );
        if (DueDeliveries.Count(path) != (count, count))
            throw new InvalidOperationException(
                $"{count} deliveries were due, but (sent, stored) is {DueDeliveries.Count(path)}."
            );

        Console.Error.WriteLine(
            $"  {count:N0} due: the first after {worked.FirstMs:N0} ms, {worked.PerSecond:N0} per second of "
                + $"{worked.SteadyPerSecond:N0}, {worked.RssMb:N0} MB"
        );
        return worked;
    }

    private static RatioResult CreateResult(WorkedOff large, WorkedOff small)
    {
        var ratio = large.PerSecond / large.SteadyPerSecond;
        var turn = new Turn(large.Count, large.Seconds, large.P50Ms, large.P99Ms, large.AllocatedBytes);
        var result = RatioResult
            .Create("backlog", turn, large.SteadyPerSecond, ratio, Reach.AtLeast(LeastRatio))
            .And($"first delivery within {MostFirstMs} ms", large.FirstMs <= MostFirstMs)
            .And($"at most {MostRssMb} MB", large.RssMb <= MostRssMb);
        return result with
        {
            RssMb = large.RssMb,
            Details = new Dictionary<string, double>
            {
                ["first_delivery_ms"] = Math.Round(large.FirstMs),
                ["small_backlog_count"] = small.Count,
                ["small_backlog_steady_per_second"] = Math.Round(small.SteadyPerSecond),
            },
        };
    }
}
