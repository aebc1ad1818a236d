using System.Globalization;

namespace Notify.Load.Measuring;

/// <summary>Reads how much physical memory a process uses, from <c>/proc</c>.</summary>
internal static class ResidentMemory
{
    /// <summary>Returns the peak since the process started. Null means the current process.</summary>
    public static long PeakBytes(int? process = null) => Read(process, "VmHWM:");

    /// <summary>Returns what the process uses now. Null means the current process.</summary>
    public static long Bytes(int? process = null) => Read(process, "VmRSS:");

    /// <summary>Returns how much of it only this process uses: everything but what it shares of its libraries' files.</summary>
    public static long PrivateBytes(int process) =>
        Read(process, "Private_Clean:", "smaps_rollup") + Read(process, "Private_Dirty:", "smaps_rollup");

    private static long Read(int? process, string field, string file = "status")
    {
        var id = process?.ToString(CultureInfo.InvariantCulture) ?? "self";
        var line = File.ReadLines($"/proc/{id}/{file}").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..^" kB".Length], CultureInfo.InvariantCulture) * 1_024;
    }
}
