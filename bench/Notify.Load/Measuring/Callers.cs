using System.Diagnostics;

namespace Notify.Load.Measuring;

/// <summary>Runs callers concurrently. Each caller processes one item after the other.</summary>
internal static class Callers
{
    /// <param name="count">The number of items.</param>
    /// <param name="callers">The number of concurrent callers.</param>
    /// <param name="call">Processes the item with this number. Its duration is a caller's wait.</param>
    /// <param name="finish">
    /// Waits until all work that the calls started is done. This time counts for the turn, but not as any caller's wait.
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

        return Turn.FromWaits(waits.Select(ticks => ticks * 1_000.0 / Stopwatch.Frequency), seconds, allocated);

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
