using System.Diagnostics;
using System.Globalization;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Idle;

/// <summary>
/// Starts the reference host on SQLite, published as for its image, and leaves it idle for a minute. The ratio is its share of
/// one processor. The rates and waits in the result are 0. The details have the same figures of a minimal API endpoint that idles
/// at the same time: what the runtime and the framework need without Notify.
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

        var program = await ReferenceHost.PublishAsync();
        var minimal = await PublishedProgram.PublishAsync("MinimalApi");
        using var folder = new TemporaryFolder();
        await using var host = ReferenceHost.Start(program, folder.Path, FreeAddress());
        var address = FreeAddress();
        await using var endpoint = minimal.Start("--urls", address.AbsoluteUri);
        await Eventually.TrueAsync(() => host.HasExited || host.Output.Contains("Notify is ready"), "the host to be ready");
        await Eventually.TrueAsync(async () => endpoint.HasExited || await AnswersAsync(address), "the endpoint to answer");
        if (host.HasExited || endpoint.HasExited)
            throw new InvalidOperationException($"A process exited: {host.Output}{endpoint.Output}");

        Console.Error.WriteLine($"  ready, idle for {Rest.TotalSeconds:0} s");
        var start = new Watch(host.Id);
        await Task.Delay(Rest);
        var shareAtStart = start.Share;
        Watch ours = new(host.Id),
            floor = new(endpoint.Id);
        while (ours.Elapsed < length)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            Console.Error.Write($"\r  {ours.Elapsed.TotalSeconds:0} s: {ours.Share:0.00 %}, {ours.Megabytes:0} MB ");
        }

        Console.Error.WriteLine();
        Print(
            ours,
            new Dictionary<string, double>
            {
                ["cpu_percent"] = Math.Round(ours.Share * 100, 3),
                ["cpu_percent_of_the_first_30_s"] = Math.Round(shareAtStart * 100, 3),
                ["wake_ups_per_second"] = Math.Round(ours.WakeUpsPerSecond, 1),
                ["peak_rss_mb"] = Math.Round(ResidentMemory.PeakBytes(host.Id) / 1e6, 1),
                ["private_mb"] = Math.Round(ResidentMemory.PrivateBytes(host.Id) / 1e6, 1),
                ["written_bytes_per_minute"] = Math.Round(ours.WrittenPerMinute),
                ["compiled_ahead_of_time"] = program.IsCompiled && minimal.IsCompiled ? 1 : 0,
                ["endpoint_cpu_percent"] = Math.Round(floor.Share * 100, 3),
                ["endpoint_wake_ups_per_second"] = Math.Round(floor.WakeUpsPerSecond, 1),
                ["endpoint_rss_mb"] = Math.Round(floor.Megabytes, 1),
                ["endpoint_private_mb"] = Math.Round(ResidentMemory.PrivateBytes(endpoint.Id) / 1e6, 1),
            }
        );
        return 0;
    }

    private static Uri FreeAddress() => new($"http://127.0.0.1:{HostProcess.FreePort()}");

    private static async Task<bool> AnswersAsync(Uri address)
    {
        using var client = new HttpClient();
        try
        {
            using var answer = await client.GetAsync(address);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static void Print(Watch host, Dictionary<string, double> details)
    {
        var nothing = new Turn(Count: 0, Seconds: 1, P50: 0, P99: 0, AllocatedBytes: 0);
        var result = RatioResult
            .Create("idle", nothing, ceilingPerSecond: 0, host.Share, Reach.AtMost(MaxShare))
            .And($"at most {MaxMegabytes} MB", host.Megabytes <= MaxMegabytes);
        (result with { Ratio = Math.Round(host.Share, 5), RssMb = Math.Round(host.Megabytes, 1), Details = details }).Print();
    }

    /// <summary>Measures what a process uses, from the creation of this object on.</summary>
    private sealed class Watch
    {
        private readonly Process _process;
        private readonly long _startedAt = Stopwatch.GetTimestamp();
        private readonly TimeSpan _processorTime;
        private readonly long _written;
        private readonly long _wakeUps;

        public Watch(int process)
        {
            _process = Process.GetProcessById(process);
            _processorTime = _process.TotalProcessorTime;
            _written = ReadWritten();
            _wakeUps = ReadWakeUps();
        }

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_startedAt);

        /// <summary>Gets the share of one processor.</summary>
        public double Share
        {
            get
            {
                _process.Refresh();
                return (_process.TotalProcessorTime - _processorTime) / Elapsed;
            }
        }

        public double Megabytes => ResidentMemory.Bytes(_process.Id) / 1e6;

        public double WrittenPerMinute => (ReadWritten() - _written) / Elapsed.TotalMinutes;

        public double WakeUpsPerSecond => (ReadWakeUps() - _wakeUps) / Elapsed.TotalSeconds;

        // Everything that the process writes: to its database, to its log, and to sockets.
        private long ReadWritten() => ReadNumber($"/proc/{_process.Id}/io", "wchar:");

        // How often a thread has waited, which is how often one was woken. Threads that ended do not count.
        private long ReadWakeUps() =>
            Directory
                .EnumerateDirectories($"/proc/{_process.Id}/task")
                .Sum(thread => ReadNumber($"{thread}/status", "voluntary_ctxt_switches:"));

        private static long ReadNumber(string file, string field)
        {
            try
            {
                var line = File.ReadLines(file).First(line => line.StartsWith(field, StringComparison.Ordinal));
                return long.Parse(line.AsSpan(field.Length).Trim(), CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The thread has ended.
                return 0;
            }
        }
    }
}
