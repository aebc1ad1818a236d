using System.Globalization;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Backlog;

/// <summary>
/// A broadcast to a topic whose subscribers have one device each, measured from the trigger until all deliveries are settled.
/// Compares the cost per device for many devices with the cost for few. Each size has its own process and its own database; the
/// small broadcast is measured both before and after the large one. A wait is the time from the trigger until the vendor has a
/// device's message.
/// </summary>
internal static class FanoutScenario
{
    private const double MostRatio = 1.15;
    private const int MostRssMb = 300;
    private const int Broadcasts = 15;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var many = arguments.Int32("count", 1_000_000, min: 20_000);
        arguments.RefuseUnknown();

        var few = Math.Min(10_000, many / 2);
        using var folder = new TemporaryFolder();
        var before = await BroadcastAsync(folder, "before", few, Broadcasts);
        var large = await BroadcastAsync(folder, "many", many, runs: 1);
        var after = await BroadcastAsync(folder, "after", few, Broadcasts);
        CreateResult(large, before, after).Print();
        return 0;
    }

    private static async Task<WorkedOff> BroadcastAsync(TemporaryFolder folder, string name, int count, int runs)
    {
        Console.Error.WriteLine($"  preparing {count:N0} devices");
        var path = folder.File($"{name}.db");
        await Audience.MakeAsync(path, count);
        var worked = await ChildProcess.RunAsync(
            FanoutProcess.Name,
            "--database",
            path,
            "--count",
            Text(count),
            "--runs",
            Text(runs)
        );
        var expected = (long)count * runs;
        if (DueDeliveries.Count(path) != (expected, expected) || worked.Count != count)
            throw new InvalidOperationException(
                $"There should be {expected} deliveries, but (sent, stored) is {DueDeliveries.Count(path)}."
            );

        Console.Error.WriteLine($"  {count:N0} devices: {worked.PerSecond:N0} per second, {worked.RssMb:N0} MB");
        return worked;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static RatioResult CreateResult(WorkedOff large, WorkedOff before, WorkedOff after)
    {
        var few = (before.PerSecond + after.PerSecond) / 2;
        var ratio = few / large.PerSecond;
        var turn = new Turn(large.Count, large.Seconds, large.P50Ms, large.P99Ms, large.AllocatedBytes);
        var result = RatioResult
            .Create("fanout", turn, few, ratio, Reach.AtMost(MostRatio))
            .And($"at most {MostRssMb} MB", large.RssMb <= MostRssMb);
        return result with
        {
            RssMb = large.RssMb,
            Details = new Dictionary<string, double>
            {
                ["first_delivery_ms"] = Math.Round(large.FirstMs, 1),
                ["few_count"] = before.Count,
                ["few_before_per_second"] = Math.Round(before.PerSecond),
                ["few_after_per_second"] = Math.Round(after.PerSecond),
                ["few_rss_mb"] = Math.Max(before.RssMb, after.RssMb),
            },
        };
    }
}
