namespace Notify.Load.Measuring;

/// <summary>The result of one turn.</summary>
/// <param name="Count">The number of items.</param>
/// <param name="Seconds">How long that took.</param>
/// <param name="P50">The median of the waits for one item, in milliseconds.</param>
/// <param name="P99">The 99th percentile of the waits, in milliseconds.</param>
/// <param name="AllocatedBytes">The bytes that the whole process allocated meanwhile.</param>
internal sealed record Turn(int Count, double Seconds, double P50, double P99, long AllocatedBytes)
{
    /// <param name="waits">The wait for each item, in milliseconds.</param>
    /// <param name="seconds">How long the whole turn took.</param>
    /// <param name="allocatedBytes">The bytes that the process allocated meanwhile.</param>
    public static Turn FromWaits(IEnumerable<double> waits, double seconds, long allocatedBytes)
    {
        double[] sorted = [.. waits.Order()];
        return new Turn(sorted.Length, seconds, sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)], allocatedBytes);
    }

    public double PerSecond => Count / Seconds;

    public double AllocatedBytesEach => Count == 0 ? 0 : (double)AllocatedBytes / Count;
}
