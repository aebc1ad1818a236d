using System.Globalization;
using Notify.Engines;

namespace Notify.Load.Scaling;

/// <summary>
/// Keeps the server, the hosts and the load apart, so that a figure tells what more processes cost and not what they take from
/// the server: the server has the first half of the processors, the hosts and the load the others.
/// </summary>
internal static class Pinning
{
    private static int Half => Math.Max(1, Environment.ProcessorCount / 2);

    private static string Engine => Half == 1 ? "0" : Range(0, Half - 1);

    private static string Others => Range(Math.Min(Half, Environment.ProcessorCount - 1), Environment.ProcessorCount - 1);

    /// <summary>Gets the program through which a host is started.</summary>
    public static string[] Through => ["taskset", "--cpu-list", Others];

    /// <summary>Pins the server, with the connections that it accepts from now on, and this process.</summary>
    public static async Task PinAsync(string connectionString)
    {
        var file = await PostgreSqlProgram.ScalarAsync<string>(connectionString, "SELECT pg_read_file('postmaster.pid')");
        Pin(Engine, file!.Split('\n')[0]);
        Pin(Others, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    private static void Pin(string processors, string process) =>
        PostgreSqlProgram.Execute("taskset", "--all-tasks", "--cpu-list", "--pid", processors, process);

    private static string Range(int first, int last) => string.Create(CultureInfo.InvariantCulture, $"{first}-{last}");
}
