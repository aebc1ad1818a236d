using System.Diagnostics;

namespace Notify.Load.Hosts;

/// <summary>Starts the benchmark itself again as a process of a scenario.</summary>
internal static class OwnProcess
{
    public const string Program = "dotnet";

    /// <summary>Creates the arguments for <c>dotnet</c> that start the benchmark with a command.</summary>
    public static string[] Arguments(string command, params IEnumerable<string> arguments) =>
        ["exec", typeof(OwnProcess).Assembly.Location, command, .. arguments];

    /// <summary>Runs a command until it exits. Shows its progress messages and returns its output.</summary>
    /// <param name="arguments">See <see cref="Arguments"/>.</param>
    /// <param name="variable">An environment variable for the process, or null for none.</param>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string[] arguments,
        (string Name, string Value)? variable = null
    )
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true };
        if (variable is var (name, value))
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
