using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Load.Hosts;

namespace Notify.Load.Backlog;

/// <summary>
/// Runs a hidden command of the bench in a process of its own, so that what it holds in memory and its cold start are its own.
/// </summary>
internal static class ChildProcess
{
    /// <summary>What a child is told its own start by, in ticks of UTC.</summary>
    public const string Started = "--started";

    public static async Task<WorkedOff> RunAsync(string command, params IEnumerable<string> arguments)
    {
        var started = DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);
        var (exitCode, output) = await OwnProcess.RunAsync(OwnProcess.Arguments(command, [.. arguments, Started, started]));
        return exitCode == 0
            ? JsonSerializer.Deserialize(output, WorkedOffJson.Default.WorkedOff)!
            : throw new InvalidOperationException($"The process of '{command}' ended with {exitCode}.");
    }
}

/// <summary>What a child process says of the work that it did.</summary>
/// <param name="Count">How many deliveries it settled.</param>
/// <param name="Seconds">How long that took.</param>
/// <param name="FirstMs">When the vendor had the first, in milliseconds from the beginning.</param>
/// <param name="SteadyPerSecond">The median of the rates over the run.</param>
/// <param name="P50Ms">The median wait; the scenario says for what.</param>
/// <param name="P99Ms">What 99 of 100 waited at most.</param>
/// <param name="AllocatedBytes">What the process allocated meanwhile.</param>
/// <param name="RssMb">The most memory that the process held, in megabytes.</param>
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

    /// <summary>Writes it where the parent reads it.</summary>
    public void Print() => Console.Out.WriteLine(JsonSerializer.Serialize(this, WorkedOffJson.Default.WorkedOff));
}

[JsonSerializable(typeof(WorkedOff))]
internal sealed partial class WorkedOffJson : JsonSerializerContext;
