using System.Diagnostics;

namespace Notify.Load.Measuring;

/// <summary>Callers that each do one item after the other, as many at a time as there are callers.</summary>
internal static class Callers
{
    /// <param name="count">How many items to do.</param>
    /// <param name="callers">How many of them at a time.</param>
    /// <param name="call">Does the item of a number; what a caller waits for is this.</param>
    /// <param name="finish">
    /// Ends when everything that the calls began is done; this counts to the turn, and to no caller's wait.
    /// </param>
    public static async Task<Turn> MeasureAsync(int count, int callers, Func<int, ValueTask> call, Func<Task>? finish = null)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var waits = new long[count];
        var next = -1;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(RunAsync)));
        if (finish is not null)
            await finish();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;

        return Turn.Of(waits.Select(ticks => ticks * 1_000.0 / Stopwatch.Frequency), seconds, allocated);

        async Task RunAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                var began = Stopwatch.GetTimestamp();
                await call(i);
                waits[i] = Stopwatch.GetTimestamp() - began;
            }
        }
    }
}
