using System.Diagnostics;

namespace Notify.TestSupport;

/// <summary>Runs programs that end by themselves, such as a compiler or a linter.</summary>
public static class Command
{
    /// <summary>Runs a program in a folder and returns its standard output.</summary>
    /// <exception cref="InvalidOperationException">
    /// The program failed. The message contains everything that it printed.
    /// </exception>
    public static async Task<string> RunAsync(
        string folder,
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        var (exitCode, output, errors) = await TryAsync(folder, program, arguments, environment);
        return exitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} exited with {exitCode}: {output}{errors}");
    }

    /// <summary>Runs a program that may fail, such as a linter that finds something.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> TryAsync(
        string folder,
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
