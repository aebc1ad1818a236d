using System.Globalization;
using Notify.Load.Measuring;

namespace Notify.Load.Wire;

/// <summary>Prints the result of a comparison over a real connection.</summary>
internal static class WireResult
{
    /// <summary>
    /// The variable that sets how many arrays of one size the shared pool keeps per processor. The default is 32.
    /// </summary>
    public const string PoolVariable = "DOTNET_SYSTEM_BUFFERS_SHAREDARRAYPOOL_MAXARRAYSPERPARTITION";

    /// <param name="comparison">The measured turns.</param>
    /// <param name="reach">The smallest ratio that reaches the target.</param>
    /// <param name="maxBytes">The most bytes that one delivery may allocate, or null for no limit.</param>
    /// <param name="callers">The number of concurrent callers.</param>
    /// <param name="latency">How long the sink took to answer, in milliseconds.</param>
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
