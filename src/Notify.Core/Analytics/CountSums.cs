using System.Runtime.InteropServices;

namespace Notify.Core.Analytics;

/// <summary>Adds up counts by their names and time.</summary>
internal static class CountSums
{
    /// <summary>
    /// Adds to the sum of a count. The count is hashed once: it has many members, and every settlement adds to a sum.
    /// </summary>
    public static void AddTo(this Dictionary<AnalyticsCount, long> sums, AnalyticsCount key, long value) =>
        CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _) += value;
}
