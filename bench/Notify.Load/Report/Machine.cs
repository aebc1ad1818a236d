using System.Globalization;
using System.Runtime.InteropServices;

namespace Notify.Load.Report;

/// <summary>Describes the machine that the scenarios ran on.</summary>
internal static class Machine
{
    public static string Describe() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores ({Processor()}), {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:0} GB, "
                + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}"
        );

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[1]
            .Trim()
        ?? "unknown";
}
