using System.Globalization;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Backlog;

/// <summary>
/// A broadcast of a template that shows the name of each recipient, measured like <see cref="FanoutScenario"/>. Compares its cost
/// per device with that of a content that all devices share, for the same number of devices. The shared content is measured both
/// before and after. Each broadcast has its own process and its own database.
/// </summary>
internal static class FanoutPersonalScenario
{
    public const string Name = "fanout-personal";

    private const double MostRatio = 1.5;
    private const int MostRssMb = 300;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 1_000_000, min: 20_000);
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var before = await BroadcastAsync(folder, "before", count, isPersonal: false);
        var personal = await BroadcastAsync(folder, "personal", count, isPersonal: true);
        var after = await BroadcastAsync(folder, "after", count, isPersonal: false);
        CreateResult(personal, before, after).Print();
        return 0;
    }

    private static async Task<WorkedOff> BroadcastAsync(TemporaryFolder folder, string name, int count, bool isPersonal)
    {
        Console.Error.WriteLine($"  preparing {count:N0} devices");
        var path = folder.File($"{name}.db");
        await Audience.MakeAsync(path, count, hasNames: true);
        string[] settings = ["--database", path, "--count", count.ToString(CultureInfo.InvariantCulture)];
        var worked = await ChildProcess.RunAsync(
            FanoutProcess.Name,
            isPersonal ? [.. settings, "--template", "personal"] : settings
        );
        if (DueDeliveries.Count(path) != (count, count) || worked.Count != count)
            throw new InvalidOperationException(
                $"There should be {count} deliveries, but (sent, stored) is {DueDeliveries.Count(path)}."
            );

        var megabytes = new FileInfo(path).Length / 1e6;
        Console.Error.WriteLine(
            $"  {name}: {worked.PerSecond:N0} per second, {worked.RssMb:N0} MB of memory, {megabytes:N0} MB of file"
        );
        return worked;
    }

    private static RatioResult CreateResult(WorkedOff personal, WorkedOff before, WorkedOff after)
    {
        var shared = (before.PerSecond + after.PerSecond) / 2;
        var turn = new Turn(personal.Count, personal.Seconds, personal.P50Ms, personal.P99Ms, personal.AllocatedBytes);
        var result = RatioResult
            .Create(Name, turn, shared, shared / personal.PerSecond, Reach.AtMost(MostRatio))
            .And($"at most {MostRssMb} MB", personal.RssMb <= MostRssMb);
        return result with
        {
            RssMb = personal.RssMb,
            Details = new Dictionary<string, double>
            {
                ["first_delivery_ms"] = Math.Round(personal.FirstMs, 1),
                ["shared_before_per_second"] = Math.Round(before.PerSecond),
                ["shared_after_per_second"] = Math.Round(after.PerSecond),
                ["shared_rss_mb"] = Math.Max(before.RssMb, after.RssMb),
            },
        };
    }
}
