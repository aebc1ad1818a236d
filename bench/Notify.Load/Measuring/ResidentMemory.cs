using System.Globalization;

namespace Notify.Load.Measuring;

/// <summary>What a process holds of the machine's memory, by Linux' own account.</summary>
internal static class ResidentMemory
{
    /// <summary>The most that a process held since it began; of this one when no other is named.</summary>
    public static long PeakBytes(int? process = null) => Read(process, "VmHWM:");

    /// <summary>What a process holds now; this one when no other is named.</summary>
    public static long Bytes(int? process = null) => Read(process, "VmRSS:");

    private static long Read(int? process, string field)
    {
        var id = process?.ToString(CultureInfo.InvariantCulture) ?? "self";
        var line = File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..^" kB".Length], CultureInfo.InvariantCulture) * 1_024;
    }
}
