using System.Diagnostics;
using Notify.Load.Chaos;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Many;

/// <summary>
/// A stream of triggers, one per line, to a host on SQLite that also sends them. The host is killed in the middle, and the same
/// stream is sent again to the next one. Each line must be one notification, and the memory of the hosts must stay constant.
/// </summary>
internal static class ManyScenario
{
    public const string Name = "many";

    private const double MaxMegabytes = 300;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 1_000_000, min: 1_000);
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var settings = new HostSettings
        {
            Database = folder.File("notify.db"),
            Record = folder.File("vendor.log"),
            Port = HostProcess.FreePort(),
        };
        var result = await RunAsync(settings, count);
        result.Print();
        return result.Passed ? 0 : 1;
    }

    public static async Task<ManyResult> RunAsync(HostSettings settings, int count)
    {
        var first = new TriggerLines(settings.Address, "stream", count);
        var (perSecond, firstPeak) = await SendHalfAsync(settings, first, count);

        var second = new TriggerLines(settings.Address, "stream", count);
        await using var host = await StartAsync(settings);
        var started = Stopwatch.GetTimestamp();
        var isComplete = await second.SendAsync();
        var repeatedPerSecond = second.Received / Stopwatch.GetElapsedTime(started).TotalSeconds;
        var peak = Math.Max(firstPeak, ResidentMemory.PeakBytes(host.Id)) / 1e6;
        foreach (var failure in second.Failures.Take(3))
            Console.Error.WriteLine($"  {failure}");

        var stored = StoredDeliveries.InSqlite(settings.Database!).CountByState().Values.Sum();
        var keptIds = first.Ids.Zip(second.Ids).All(pair => pair.First == Guid.Empty || pair.First == pair.Second);
        return new ManyResult(
            count,
            Math.Round(perSecond),
            Math.Round(repeatedPerSecond),
            first.Received,
            second.Duplicates,
            stored,
            Math.Round(peak, 1),
            isComplete
                && keptIds
                && second.Failures.Count == 0
                && second.Duplicates >= first.Received
                && second.Ids.Distinct().Count() == count
                && stored == count
                && peak <= MaxMegabytes
        );
    }

    private static async Task<(double PerSecond, long Peak)> SendHalfAsync(HostSettings settings, TriggerLines lines, int count)
    {
        await using var host = await StartAsync(settings);
        var started = Stopwatch.GetTimestamp();
        var sending = lines.SendAsync();
        await Eventually.TrueAsync(
            () => sending.IsCompleted || lines.Received >= count / 2,
            "half of the lines to be acknowledged"
        );
        var perSecond = lines.Received / Stopwatch.GetElapsedTime(started).TotalSeconds;
        var peak = ResidentMemory.PeakBytes(host.Id);
        await host.KillAsync();
        if (await sending)
            throw new InvalidOperationException("The stream ended before the process was killed.");
        Console.Error.WriteLine($"  killed after {lines.Received} lines, {perSecond:0} per second, {peak / 1e6:0} MB");
        return (perSecond, peak);
    }

    private static async Task<HostProcess> StartAsync(HostSettings settings)
    {
        var host = HostProcess.Start(settings);
        if (!await host.Ready)
            throw new InvalidOperationException($"The host ended: {host.Output}");
        return host;
    }
}
