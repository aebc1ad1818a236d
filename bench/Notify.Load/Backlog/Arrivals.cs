using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Notify.Load.Backlog;

/// <summary>
/// Triggers that come when they come, whether or not those before them have been answered (an open loop). Each waits from the
/// time at which it was to come, so that a pause of the process counts for everybody who came during it.
/// </summary>
internal static class Arrivals
{
    /// <param name="count">How many come.</param>
    /// <param name="perSecond">How many of them per second, evenly.</param>
    /// <param name="trigger">What one does.</param>
    /// <returns>When each was to come, in ticks of <see cref="Stopwatch"/>, once all of them are durable.</returns>
    public static async Task<long[]> RunAsync(int count, int perSecond, Func<int, Task> trigger)
    {
        var first = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 100;
        var arrivals = new long[count];
        var triggers = new Task[count];
        var pacer = new Thread(() =>
        {
            for (var i = 0; i < count; i++)
            {
                var number = i;
                arrivals[i] = first + i * Stopwatch.Frequency / perSecond;
                SleepUntil(arrivals[i]);
                triggers[i] = Task.Run(() => trigger(number));
            }
        });
        pacer.Start();
        await Task.Run(pacer.Join);
        await Task.WhenAll(triggers);
        return arrivals;
    }

    // Thread.Sleep knows only whole milliseconds, which is as long as what is measured.
    private static void SleepUntil(long timestamp)
    {
        while (timestamp - Stopwatch.GetTimestamp() is > 0 and var left)
        {
            var time = new TimeSpec(0, left * 1_000_000_000 / Stopwatch.Frequency);
            _ = Sleep(time, 0);
        }
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    private static extern int Sleep(in TimeSpec time, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);
}
