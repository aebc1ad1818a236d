using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Load.Hosts;

namespace Notify.Load.Backlog;

/// <summary>
/// Runs a hidden command of the benchmark in a separate process, so that its memory and its cold start can be measured.
/// </summary>
internal static class ChildProcess
{
    /// <summary>The option that tells the child when it was started, in ticks of UTC.</summary>
    public const string Started = "--started";

    public static async Task<WorkedOff> RunAsync(string command, params IEnumerable<string> arguments)
    {
        var started = DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);
        var (exitCode, output) = await OwnProcess.RunAsync(OwnProcess.Arguments(command, [.. arguments, Started, started]));
        return exitCode == 0
            ? JsonSerializer.Deserialize(output, WorkedOffJson.Default.WorkedOff)!
            : throw new InvalidOperationException($"The process '{command}' exited with code {exitCode}.");
    }
}

/// <summary>The results that a child process reports.</summary>
/// <param name="Count">The number of deliveries that it settled.</param>
/// <param name="Seconds">How long that took.</param>
/// <param name="FirstMs">When the vendor received the first one, in milliseconds from the start.</param>
/// <param name="SteadyPerSecond">The median of the rates over the run.</param>
/// <param name="P50Ms">The median wait. The scenario defines what a wait is.</param>
/// <param name="P99Ms">The 99th percentile of the waits.</param>
/// <param name="AllocatedBytes">The bytes that the process allocated meanwhile.</param>
/// <param name="RssMb">The peak memory of the process, in megabytes.</param>
internal sealed record WorkedOff(
    int Count,
    double Seconds,
    double FirstMs,
    double SteadyPerSecond,
    double P50Ms,
    double P99Ms,
    long AllocatedBytes,
    double RssMb
)
{
    public double PerSecond => Count / Seconds;

    /// <summary>Writes it to standard output, which the parent reads.</summary>
    public void Print() => Console.Out.WriteLine(JsonSerializer.Serialize(this, WorkedOffJson.Default.WorkedOff));
}

[JsonSerializable(typeof(WorkedOff))]
internal sealed partial class WorkedOffJson : JsonSerializerContext;
