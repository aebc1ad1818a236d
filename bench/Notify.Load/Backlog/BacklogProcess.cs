using System.Diagnostics;
using System.Globalization;
using Notify.Load.Measuring;

namespace Notify.Load.Backlog;

/// <summary>
/// The hidden command that sends all due deliveries in a database and measures itself from the start of its process.
/// </summary>
internal static class BacklogProcess
{
    public const string Name = "backlog-process";

    private const int Window = 1_000;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var path = arguments.RequiredText("database");
        var count = arguments.Int32("count", 0, min: 1);
        var started = new DateTime(long.Parse(arguments.RequiredText("started"), CultureInfo.InvariantCulture), DateTimeKind.Utc);
        arguments.RefuseUnknown();

        var startedAt = Stopwatch.GetTimestamp() - (long)((DateTime.UtcNow - started).TotalSeconds * Stopwatch.Frequency);
        var vendor = new StampingVendor(Channel.Email);
        vendor.Expect(count);
        await using var application = await LocalApplication.StartAsync(path, vendor);
        await vendor.WaitAsync(count);
        await application.SettleAsync();
        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;

        var waits = WaitsForNext(vendor.Stamps);
        new WorkedOff(
            vendor.Accepted,
            seconds,
            Stopwatch.GetElapsedTime(startedAt, vendor.Stamps[0]).TotalMilliseconds,
            MedianRate(vendor.Stamps),
            waits[waits.Length / 2],
            waits[(int)(waits.Length * 0.99)],
            GC.GetTotalAllocatedBytes(),
            Math.Round(ResidentMemory.PeakBytes() / 1e6, 1)
        ).Print();
        return 0;
    }

    private static double[] WaitsForNext(ReadOnlySpan<long> stamps)
    {
        var waits = new List<double>();
        for (var i = Window; i < stamps.Length; i += Window)
            waits.Add(Stopwatch.GetElapsedTime(stamps[i - Window], stamps[i]).TotalMilliseconds);
        return [.. waits.Order()];
    }

    // The rates are those of each quarter of a second after the first delivery. The last quarter is incomplete and does not
    // count.
    private static double MedianRate(ReadOnlySpan<long> stamps)
    {
        var length = Stopwatch.Frequency / 4;
        var rates = new List<int> { 0 };
        foreach (var stamp in stamps)
        {
            // Two deliveries that are accepted at the same time may be stored in the reverse order.
            var window = (int)Math.Max(0, (stamp - stamps[0]) / length);
            while (window >= rates.Count)
                rates.Add(0);
            rates[window]++;
        }

        var whole = rates.Count > 1 ? rates[..^1] : rates;
        whole.Sort();
        return whole[whole.Count / 2] * 4;
    }
}
