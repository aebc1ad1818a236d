namespace Notify.Load.Measuring;

/// <summary>What one turn came to.</summary>
/// <param name="Count">How many items were done.</param>
/// <param name="Seconds">How long that took.</param>
/// <param name="P50">The median of what a caller waited for one item, in milliseconds.</param>
/// <param name="P99">What 99 of 100 callers waited at most, in milliseconds.</param>
/// <param name="AllocatedBytes">What the whole process allocated meanwhile.</param>
internal sealed record Turn(int Count, double Seconds, double P50, double P99, long AllocatedBytes)
{
    /// <param name="waits">What each item was waited for, in milliseconds.</param>
    /// <param name="seconds">How long all took.</param>
    /// <param name="allocatedBytes">What the process allocated meanwhile.</param>
    public static Turn Of(IEnumerable<double> waits, double seconds, long allocatedBytes)
    {
        double[] sorted = [.. waits.Order()];
        return new Turn(sorted.Length, seconds, sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)], allocatedBytes);
    }

    public double PerSecond => Count / Seconds;

    public double AllocatedBytesEach => Count == 0 ? 0 : (double)AllocatedBytes / Count;
}
