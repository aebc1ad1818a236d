using System.Globalization;
using Notify.Load.Measuring;

namespace Notify.Load.Wire;

/// <summary>What a comparison at the wire came to.</summary>
internal static class WireResult
{
    /// <summary>How many arrays of a size the shared pool keeps for each processor; 32 unless it is set.</summary>
    public const string PoolVariable = "DOTNET_SYSTEM_BUFFERS_SHAREDARRAYPOOL_MAXARRAYSPERPARTITION";

    /// <param name="comparison">The turns.</param>
    /// <param name="reach">The least ratio.</param>
    /// <param name="maxBytes">The most that a push may allocate; null where there is no such figure.</param>
    /// <param name="callers">How many at a time.</param>
    /// <param name="latency">What the sink took for an answer, in milliseconds.</param>
    public static void Print(Comparison comparison, double reach, double? maxBytes, int callers, int latency)
    {
        var (ours, ceiling) = comparison.Median;
        var result = comparison.AtLeast(reach);
        if (maxBytes is { } bytes)
            result = result.And($"at most {bytes} bytes allocated", ours.AllocatedBytesEach <= bytes);

        var details = new Dictionary<string, double>
        {
            ["callers"] = callers,
            ["latency_ms"] = latency,
            ["pool_arrays_per_processor"] = int.Parse(
                Environment.GetEnvironmentVariable(PoolVariable) ?? "32",
                CultureInfo.InvariantCulture
            ),
            ["ceiling_allocated_bytes_per_item"] = Math.Round(ceiling.AllocatedBytesEach),
            ["ceiling_p50_ms"] = Math.Round(ceiling.P50, 3),
            ["ceiling_p99_ms"] = Math.Round(ceiling.P99, 3),
        };
        (result with { Details = details }).Print();
    }
}
