using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Notify.Load.Backlog;

/// <summary>
/// Sends triggers at fixed times, whether or not earlier ones have been answered (an open loop). A trigger's wait is counted from
/// its planned time, so a pause of the process counts for every trigger that was planned during it.
/// </summary>
internal static class Arrivals
{
    /// <param name="count">How many triggers to send.</param>
    /// <param name="perSecond">How many per second, at equal intervals.</param>
    /// <param name="trigger">Sends the trigger with this number.</param>
    /// <returns>
    /// The planned time of each trigger, in ticks of <see cref="Stopwatch"/>. The task ends when all triggers are durable.
    /// </returns>
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

    // Thread.Sleep only takes whole milliseconds, and the waits that are measured are not much longer.
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
