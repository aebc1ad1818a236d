using System.Diagnostics;
using System.Globalization;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Idle;

/// <summary>
/// Starts the reference host on SQLite, as a user would, and leaves it idle for a minute. The ratio is its share of one
/// processor. The rates and waits in the result are 0.
/// </summary>
internal static class IdleScenario
{
    private const double MaxShare = 0.005,
        MaxMegabytes = 90;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var length = TimeSpan.FromSeconds(arguments.Int32("seconds", 60, min: 1));
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var address = new Uri($"http://127.0.0.1:{HostProcess.FreePort()}");
        await using var host = ReferenceHost.Start(folder.Path, address);
        await Eventually.TrueAsync(() => host.HasExited || host.Output.Contains("Notify is ready"), "the host to be ready");
        if (host.HasExited)
            throw new InvalidOperationException($"The host exited: {host.Output}");
        using var process = Process.GetProcessById(host.Id);
        var atStart = process.TotalProcessorTime;
        Console.Error.WriteLine($"  ready, idle for {Rest.TotalSeconds:0} s");
        await Task.Delay(Rest);
        process.Refresh();
        var shareAtStart = (process.TotalProcessorTime - atStart) / Rest;
        var before = process.TotalProcessorTime;
        var writtenBefore = ReadWrittenBytes(host.Id);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < length)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            process.Refresh();
            Console.Error.Write(
                $"\r  {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s: {Share():0.00 %}, {Megabytes():0} MB "
            );
        }

        Console.Error.WriteLine();
        process.Refresh();
        var written = (ReadWrittenBytes(host.Id) - writtenBefore) / Stopwatch.GetElapsedTime(started).TotalMinutes;
        Print(Share(), shareAtStart, Megabytes(), ResidentMemory.PeakBytes(host.Id) / 1e6, written);
        return 0;

        double Share() => (process.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(started);
        double Megabytes() => ResidentMemory.Bytes(host.Id) / 1e6;
    }

    // Everything that the process writes: to its database, to its log, and to sockets.
    private static long ReadWrittenBytes(int process)
    {
        const string field = "wchar: ";
        var line = File.ReadLines($"/proc/{process}/io").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..], CultureInfo.InvariantCulture);
    }

    private static void Print(double share, double shareAtStart, double megabytes, double peakMegabytes, double written)
    {
        var nothing = new Turn(Count: 0, Seconds: 1, P50: 0, P99: 0, AllocatedBytes: 0);
        var result = RatioResult
            .Create("idle", nothing, ceilingPerSecond: 0, share, Reach.AtMost(MaxShare))
            .And($"at most {MaxMegabytes} MB", megabytes <= MaxMegabytes);
        (
            result with
            {
                Ratio = Math.Round(share, 5),
                RssMb = Math.Round(megabytes, 1),
                Details = new Dictionary<string, double>
                {
                    ["cpu_percent"] = Math.Round(share * 100, 3),
                    ["cpu_percent_of_the_first_30_s"] = Math.Round(shareAtStart * 100, 3),
                    ["peak_rss_mb"] = Math.Round(peakMegabytes, 1),
                    ["written_bytes_per_minute"] = Math.Round(written),
                },
            }
        ).Print();
    }
}
